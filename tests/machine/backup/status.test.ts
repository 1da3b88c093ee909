import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = `
import json, sys, types
sys.path.insert(0, sys.argv[1])
from backup import status
status.wal.psql = lambda _: "1764230000\\t0"
settings = types.SimpleNamespace(cluster=types.SimpleNamespace(data=sys.argv[2]))
print(json.dumps({metric: value for metric, _, _, _, value in status._wal(settings)}))
`;
let data: string;
beforeEach(() => { data = mkdtempSync(join(tmpdir(), "ringo-status-")); mkdirSync(join(data, "pg_wal", "archive_status"), { recursive: true }); });
afterEach(() => rmSync(data, { recursive: true }));
const ready = (name: string): string => join(data, "pg_wal", "archive_status", `${name}.ready`);
const figures = (): any => JSON.parse(execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), data], { encoding: "utf8" }));

test("no WAL waits if no status file is ready", () => expect(figures()).toMatchObject({ ringo_wal_waiting_segments: 0, ringo_wal_waiting_seconds: 0 }));

test("WAL that reaches S3 while it is counted is not counted", () => {
  writeFileSync(ready("00000001000000000000000A"), "");
  symlinkSync("gone", ready("00000001000000000000000B")); // found, but gone when it is read
  expect(figures()).toMatchObject({ ringo_wal_waiting_segments: 1, ringo_wal_archived_timestamp_seconds: 1764230000 });
});

test.each([["are backed up", '"/srv/data/shared/media"', 1], ["are not", "None", 0]])("whether snapshots of the media files are expected is known if they %s, even if S3 is down", (_, media, expected) => {
  const said = execFileSync("/usr/bin/python3", ["-IBc", `
import sys, types
sys.path.insert(0, sys.argv[1])
from backup import metrics, status
def away(_):
    raise status.Failure("S3 is away")
status._wal, status.repository.info, metrics.write = lambda _: [], away, lambda name, figures: print(name, [figure for figure in figures if "media" in figure[0]][0][-1])
status.run(types.SimpleNamespace(media=${media}), None)
`, join(__dirname, "../../../machine")], { encoding: "utf8" });
  expect(said).toBe(`S3 is away\nringo_backup ${expected}\n`);
});

test("WAL missing in S3 is reported, and a backup is made that does not need it; a damaged backup is counted, but not used", () => {
  const said = execFileSync("/usr/bin/python3", ["-IBc", `
import sys, types
sys.path.insert(0, sys.argv[1])
from backup import course, metrics, repository, status, times
backup = lambda damaged: repository.Backup("one", "full", times.of(1), times.of(2), 1, 1, 1, 1, "", damaged)
status._wal, status.running, course.broken = lambda _: [], lambda: True, lambda *_: "WAL 1 is missing"
repository.info = lambda _: repository.Info([backup(False), backup(True)], True)
metrics.write = lambda name, figures: print(name, *[f"{figure[0]}={figure[-1]}" for figure in figures if figure[0] in ("ringo_backup_count", "ringo_backup_damaged")])
status.must = lambda argv: print(*argv)
status.run(types.SimpleNamespace(media=None), None)
`, join(__dirname, "../../../machine")], { encoding: "utf8" });
  expect(said.split("\n").slice(0, 2)).toEqual(["ringo_backup ringo_backup_count=1 ringo_backup_damaged=1", "ringo_wal_missing"]);
  expect(said).toMatch(/^systemctl start --no-block ringo-backup@\w+\.service$/m);
});

test("while the server is down no WAL counts as missing: it is archived when the server is up again", () => {
  const said = execFileSync("/usr/bin/python3", ["-IBc", `
import sys, types
sys.path.insert(0, sys.argv[1])
from backup import course, metrics, repository, status
status._wal, status.running, course.broken = lambda _: [], lambda: False, lambda *_: "WAL 1 is missing"
repository.info = lambda _: repository.Info([], True)
metrics.write, status.must = lambda name, _: print(name), lambda argv: print(*argv)
print(status.run(types.SimpleNamespace(media=None), None))
`, join(__dirname, "../../../machine")], { encoding: "utf8" });
  expect(said).toBe("ringo_backup\n0\n");
});

test("a failed backup is recorded as failed, whatever the reason", () => {
  for (const [error, ends] of [["backup.Failure('S3 is away')", "Failure"], ["SystemExit(143)", "SystemExit"]] as const) {
    const said = execFileSync("/usr/bin/python3", ["-IBc", `
import sys, types
sys.path.insert(0, sys.argv[1])
from backup import backup, status
def fails(*_, **__):
    raise ${error}
backup.stream, status.ended = fails, lambda kind, began, success: print(kind, success)
try:
    backup.run(types.SimpleNamespace(stanza="ringo"), types.SimpleNamespace(type="full"))
except BaseException as error:
    print(type(error).__name__)
`, join(__dirname, "../../../machine")], { encoding: "utf8", env: { ...process.env, RINGO_BACKUP_LOCK: join(data, "lock") } });
    expect(said).toBe(`full False\n${ends}\n`);
  }
});

test("an incremental backup that became a full one is recorded as full, too, which clears the interrupted one's failure", () => {
  const said = execFileSync("/usr/bin/python3", ["-IBc", `
import sys, types
sys.path.insert(0, sys.argv[1])
from backup import backup, status
def made(argv, *_, **__):
    if "incr" in argv[-1]:
        raise backup.Failure("x " + backup.ONLY_FULL)
backup.pgbackrest, backup.stream, backup.say, status.run = lambda _, verb, kind, level: [kind], made, lambda _: None, lambda *_: None
status.ended = lambda kind, began, success: print(kind, success)
backup.run(None, types.SimpleNamespace(type="incr"))
`, join(__dirname, "../../../machine")], { encoding: "utf8", env: { ...process.env, RINGO_BACKUP_LOCK: join(data, "lock") } });
  expect(said).toBe("incr True\nfull True\n");
});
