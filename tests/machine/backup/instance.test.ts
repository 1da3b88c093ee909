import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A private server that no question reaches, and how the asking ends: with the process gone after a moment, or still there. */
const program = `
import sys, subprocess, tempfile
sys.path.insert(0, sys.argv[1])
from backup import instance
from backup.shell import Failure

def refuses(*_):
    raise Failure("no socket")

instance.psql = refuses
instance.Instance.LAST_MOMENT = 1
private = instance.Instance.__new__(instance.Instance)
private.socket = tempfile.mkdtemp()
private.log = private.socket + "/log"
with open(private.log, "w") as log:
    log.write("FATAL:  recovery ended before configured recovery target was reached")
private.process = subprocess.Popen(["sleep", sys.argv[2]])
try:
    private.ask("SELECT 1")
except Failure as failure:
    print(type(failure).__name__, failure, end="")
private.process.kill()
`;
const asked = (seconds: string): string => execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), seconds], { encoding: "utf8" });

test("a server that exits between two queries is reported with its log", () => expect(asked("0.3")).toMatch(/^NeverReached the target was never reached/));

test("one that keeps running is reported with the failed query", () => expect(asked("20")).toBe("Failure no socket"));

/** Its server's options. */
const options = (): string[] => execFileSync("/usr/bin/python3", ["-IBc", `
import sys, types
sys.path.insert(0, sys.argv[1])
from backup import instance
instance.ROOT = __import__("tempfile").mkdtemp()
instance.shutil.chown = lambda *_: None
instance.subprocess.Popen = lambda argv, **_: print(*argv, sep="\\n")
cluster = types.SimpleNamespace(bin="/bin", configuration="/etc/postgresql.conf")
instance.Instance(types.SimpleNamespace(stanza="ringo", cluster=cluster), types.SimpleNamespace(directory="/srv/data/main.aside", then=None)).start("promote")
`, join(__dirname, "../../../machine")], { encoding: "utf8" }).split("\n");

test("its WAL is not archived, and it is reachable only from this machine, since its timeline is not the running database's", () => {
  expect(options()).toEqual(expect.arrayContaining(["--archive_mode=off", "--listen_addresses=", "--external_pid_file="]));
});

test("it keeps little replayed WAL, since the running database uses the volume, too", () => {
  expect(options()).toEqual(expect.arrayContaining(["--max_wal_size=256MB", "--min_wal_size=32MB"]));
});

test("a server left by another run is killed by its process id, but not another process that has this id by now", () => {
  const alive = execFileSync("/usr/bin/python3", ["-IBc", `
import os, subprocess, sys, tempfile, threading
sys.path.insert(0, sys.argv[1])
from backup import instance
with tempfile.TemporaryDirectory() as instance.ROOT, tempfile.TemporaryDirectory() as directory:
    for cwd in (directory, "/"):
        process = subprocess.Popen(["sleep", "20"], cwd=cwd)
        threading.Thread(target=process.wait).start()
        with open(directory + "/postmaster.pid", "w") as file:
            file.write(f"{process.pid}\\n")
        instance.end(directory)
        print(os.path.exists(f"/proc/{process.pid}"))
        process.kill()
`, join(__dirname, "../../../machine")], { encoding: "utf8" });
  expect(alive).toBe("False\nTrue\n");
});
