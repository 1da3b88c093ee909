import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What a command does to the server, with all that it calls in the place of the real things; `fails` is what fails, once, and how often that is called before. */
const program = `
import contextlib, sys, types
sys.path.insert(0, sys.argv[1])
from backup import counts, files, lock, metrics, plan, restore_test, restore, schedule, server
from backup.shell import Failure

done, up = [], [True]
left = {"fails": sys.argv[3], "times": int(sys.argv[4])}

def noting(name, then=lambda: None, error=Failure):
    def act(*_, **__):
        done.append(name)
        then()
        if name == left["fails"]:
            left["times"] -= 1
            if left["times"] == -1:
                raise error("trouble")
    return act

def turn(on):
    return lambda: up.__setitem__(0, on)

for module in (restore, restore_test):
    module.running = lambda: up[0]
    module.say = lambda line: None
    module.counts = types.SimpleNamespace(rows=lambda *_: {}, compared=lambda *_: [])
@contextlib.contextmanager
def paused(*patterns):
    done.append("pause")
    try:
        yield
    finally:
        done.append("resume")
schedule.paused = paused
server.settle = noting("settle")
server.archived = noting("archived")
server.stop = noting("stop", turn(False))
server.start = noting("start", turn(True))
files.fill = noting("fill", error=OSError)
for each in ("remove", "finish", "exchange"):
    setattr(files, each, noting(each))
restore.os = types.SimpleNamespace(rename=lambda old, new: done.append(f"{old} is {new.partition('-failed')[0]}"))
restore.must = lambda argv, **_: done.append(argv[-1])
server.align = lambda *_: True
plan.kept, plan.lines = lambda *_: "/data.before-1", lambda *_: ["what it would do"]
metrics.write = lambda name, figures: done.append("success %d" % dict((figure[0], figure[4]) for figure in figures)["ringo_restore_test_success"])
lock.PATH = __import__("tempfile").NamedTemporaryFile().name
planned = types.SimpleNamespace(kind="latest", pauses=False, aside=False, directory="/new", then=None, gap=None, backup=types.SimpleNamespace(database_bytes=1))
plan.make = lambda *_: planned
settings = types.SimpleNamespace(databases=[], cluster=types.SimpleNamespace(data="/data"))
try:
    restore_test.run(settings, None) if sys.argv[2] == "test" else restore.run(settings, types.SimpleNamespace(yes=sys.argv[2] == "restore"))
except Exception as error:
    done.append(type(error).__name__)
print(*done, sep=", ", end="")
`;
const does = (command: "restore" | "unconfirmed" | "test", fails = "", times = 0): string =>
  execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), command, fails, String(times)], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

describe("a restore of the newest state", () => {
  // What the schedule has started is stopped before, and starts again afterwards, whatever came of the restore.
  const swapped = "pause, settle, archived, stop, archived, fill, finish, stop, exchange, /new is /data.before-1, start";

  test("keeps the previous data, and starts a full backup of the new timeline", () => expect(does("restore")).toBe(`${swapped}, ringo-backup@full.service, resume`));

  test("puts the previous data back if the restored database does not start", () => {
    expect(does("restore", "start")).toBe(`${swapped}, stop, exchange, /data.before-1 is /data.before, start, resume, Failure`);
  });

  test("does not begin without confirmation", () => expect(does("unconfirmed")).toBe("Refusal"));

  test("leaves the server alone if WAL does not reach S3", () => expect(does("restore", "archived")).toBe("pause, settle, archived, resume, Failure"));

  test("starts the server again if its last WAL does not reach S3", () => expect(does("restore", "archived", 1)).toBe("pause, settle, archived, stop, archived, remove, start, resume, Failure"));

  test("starts it again if it did not stop in time", () => expect(does("restore", "stop")).toBe("pause, settle, archived, stop, remove, start, resume, Failure"));

  test("or if the files cannot be restored", () => expect(does("restore", "fill")).toBe("pause, settle, archived, stop, archived, fill, remove, start, resume, OSError"));
});

test("a restore test that crashes counts as failed, too", () => expect(does("test", "fill")).toBe("settle, archived, fill, remove, success 0, OSError"));
