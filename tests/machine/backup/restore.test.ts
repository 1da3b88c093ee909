import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What a command does to the server, with all that it calls in the place of the real things; `fails` is what fails, and how often that is called before. */
const program = `
import sys, types
sys.path.insert(0, sys.argv[1])
from backup import counts, files, lock, metrics, plan, rehearsal, restore, server
from backup.shell import Failure

done, up = [], [True]
left = {"fails": sys.argv[3], "times": int(sys.argv[4])}

def noting(name, then=lambda: None, error=Failure):
    def act(*_, **__):
        done.append(name)
        then()
        if name == left["fails"]:
            left["times"] -= 1
            if left["times"] < 0:
                raise error("trouble")
    return act

def turn(on):
    return lambda: up.__setitem__(0, on)

for module in (restore, rehearsal):
    module.running = lambda: up[0]
    module.say = lambda line: None
    module.counts = types.SimpleNamespace(rows=lambda *_: {}, compared=lambda *_: [])
server.settle = noting("settle")
server.archived = noting("archived")
server.stop = noting("stop", turn(False))
server.start = noting("start", turn(True))
files.fill = noting("fill", error=OSError)
files.remove = noting("remove")
metrics.write = lambda name, figures: done.append("success %d" % dict((figure[0], figure[4]) for figure in figures)["ringo_restore_test_success"])
lock.PATH = __import__("tempfile").NamedTemporaryFile().name
planned = types.SimpleNamespace(kind="latest", pauses=False, directory="/nonexistent", then=None, gap=None, backup=types.SimpleNamespace(database_bytes=1))
plan.make = lambda *_: planned
settings = types.SimpleNamespace(databases=[])
try:
    restore._in_place(settings, planned) if sys.argv[2] == "restore" else rehearsal.run(settings, None)
except Exception as error:
    done.append(type(error).__name__)
print(*done, sep=", ", end="")
`;
const does = (command: "restore" | "test", fails: string, times = 0): string =>
  execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), command, fails, String(times)], { encoding: "utf8" });

describe("a restore of the newest state", () => {
  test("that finds WAL which does not reach S3 leaves the server alone", () => expect(does("restore", "archived")).toBe("settle, archived, Failure"));

  test("whose last WAL does not reach S3 starts the server again", () => expect(does("restore", "archived", 1)).toBe("settle, archived, stop, archived, remove, start, Failure"));

  test("starts it again where it would not even stop in time", () => expect(does("restore", "stop")).toBe("settle, archived, stop, remove, start, Failure"));

  test("or where the files do not come", () => expect(does("restore", "fill")).toBe("settle, archived, stop, archived, fill, remove, start, OSError"));
});

test("a restore test that ends by a fault of its own has failed, too", () => expect(does("test", "fill")).toBe("settle, archived, fill, remove, success 0, OSError"));
