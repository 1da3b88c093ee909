import { python } from "./python";

/** What PostgreSQL is told when a point is set under each of these names, or why nothing is. */
const set = (...names: string[]): unknown[] => python(`[(lambda told, name: answer(lambda: (setattr(points, "running", lambda: True), setattr(points, "points", lambda: [{"name": "taken"}]),
  setattr(points, "say", lambda _: None), setattr(points, "psql", told.append), points.run(None, types.SimpleNamespace(name=name)), told)[-1]))([], name) for name in given]`, names);

test("a point is in the list before it is set, so that a restore to it has it", () => {
  expect(set("before-the-import.2")).toEqual([[expect.stringContaining("VALUES ('before-the-import.2')"), expect.stringMatching(/pg_create_restore_point\('before-the-import\.2'\).*pg_switch_wal/)]]);
});

test("a point with a taken or invalid name is refused, without asking PostgreSQL", () => {
  const names = ["", "it's", "x'; DROP DATABASE ringo --", "a b", "ё", "x".repeat(64), "a\nb", "a\n"];
  expect(set("taken", ...names)).toEqual([{ refused: expect.stringMatching(/there is already a point/) }, ...names.map(() => ({ refused: expect.stringMatching(/is not a valid name for a point/) }))]);
});
