import { python } from "./python";

/** Whether WAL has arrived if so many segments wait at each check, with the timeout exceeded. */
const archived = (...waiting: number[]): unknown => python(`answer(lambda: (setattr(server, "remind", lambda _: None),
  setattr(server.wal, "marks", lambda _: [None] * (given.pop(0) if given else 0)), server.archived(types.SimpleNamespace(cluster=types.SimpleNamespace(unit="postgresql@17-main")), seconds=-1))[-1])`, waiting);

test("WAL that does not reach S3 is reported after the timeout, since a restore would lose its content", () => {
  expect(archived()).toBeNull();
  expect(archived(2, 2, 2)).toEqual({ failed: expect.stringMatching(/^2 WAL segments do not reach S3/) });
});

test("roles get the current passwords last, since the former role may be in use again", () => {
  const run = python(`(lambda done: (setattr(server.os.path, "exists", lambda _: True), setattr(server, "script", lambda path, *_: done.append(path.rpartition("/")[2])), server.align(), done)[-1])([])`, null);
  expect(run).toEqual(["former.sql", "roles.sql"]);
});
