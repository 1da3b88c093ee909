import { python } from "./python";

/** What happens, in order, where the bucket holds so many backups; or why nothing is begun. */
const begun = (backups: number, check: [number, string] = [0, ""]): unknown => python(`(lambda done: answer(lambda: (
  setattr(prepare.repository, "info", lambda _: types.SimpleNamespace(exists=True, backups=[None] * given["backups"])), setattr(prepare, "say", lambda _: None),
  setattr(prepare.schedule, "paused", lambda *units: (lambda stack: (done.append("pause"), stack.callback(done.append, "go on"), stack)[-1])(contextlib.ExitStack())),
  setattr(prepare, "attempt", lambda argv, **_: (done.append("check"), (given["check"][0], "", given["check"][1]))[-1]), setattr(prepare, "must", lambda argv: done.append(argv[-1])),
  prepare.run(types.SimpleNamespace(stanza="ringo"), None), done)[-1]))([])`, { backups, check });

test("a bucket without a backup gets one at once, not only at night", () => {
  expect(begun(0)).toEqual(expect.arrayContaining(["ringo-backup@full.service"]));
  expect(begun(2)).not.toEqual(expect.arrayContaining(["ringo-backup@full.service"]));
});

test("a running backup is restarted after the check, since it has read the former settings", () => {
  expect(begun(2)).toEqual(["pause", "check", "go on"]);
});

test("if WAL does not arrive nothing is started; another database's backups in the bucket are reported as such, with what to do", () => {
  expect(begun(0, [82, "no route to host"])).toEqual({ failed: expect.stringMatching(/^WAL does not arrive in S3 \(exit 82\)\n.*no route to host/) });
  expect(begun(0, [28, "backup and archive info files exist but do not match the database"])).toEqual({ failed: expect.stringMatching(/^the bucket has backups of another database[^]*pulumi config set restore latest/) });
});
