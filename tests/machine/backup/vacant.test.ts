import { python } from "./python";

const begun = (backups: number[]): unknown => python(`answer(lambda: (setattr(vacant.repository, "info", lambda _: types.SimpleNamespace(backups=[types.SimpleNamespace(stop=times.of(each)) for each in given])), vacant.run(None, None))[1])`, backups);

test("a new, empty database is created only if the bucket has no backup of another", () => {
  expect(begun([])).toBe(0);
  expect(begun([100, 200])).toEqual({ failed: expect.stringMatching(/backups of one \(the newest of 1970-01-01T00:03:20Z\)[^]*pulumi config set restore latest/) });
});
