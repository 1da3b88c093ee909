import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What happens, in order, around a restore: `underWay` is what systemd lists. */
const program = `
import sys
sys.path.insert(0, sys.argv[1])
from backup import schedule

done = []

def must(argv):
    done.append(" ".join(argv[1:]))
    return sys.argv[2] if argv[1] == "list-units" else ""

schedule.must, schedule.say = must, lambda line: done.append(f"says: {line}")
try:
    with schedule.paused("ringo-backup@*.service", "ringo-restore-test.service"):
        done.append("restore")
        if sys.argv[3]:
            raise OSError(sys.argv[3])
except OSError as error:
    done.append(f"fails: {error}")
print(*done, sep="\\n", end="")
`;
const around = (underWay: string[], error = ""): string[] => execFileSync("/usr/bin/python3", [
  "-IBc", program, join(__dirname, "../../../machine"), underWay.map((unit) => `  ${unit} loaded activating start start A backup of PostgreSQL\n`).join(""), error,
], { encoding: "utf8" }).split("\n");

const asked = "list-units --plain --no-legend --state=activating ringo-backup@*.service ringo-restore-test.service";

test("if nothing is running, nothing is stopped and nothing printed", () => expect(around([])).toEqual([asked, "restore"]));

test.each([["has ended", ""], ["has failed", "trouble"]])("scheduled runs are stopped, and started again when the restore %s", (_how, error) => {
  expect(around(["ringo-backup@incr.service", "ringo-restore-test.service"], error)).toEqual([
    asked,
    "says: stopping ringo-backup@incr.service and ringo-restore-test.service; restarted afterwards",
    "stop ringo-backup@incr.service ringo-restore-test.service",
    "restore",
    "start --no-block ringo-backup@incr.service ringo-restore-test.service",
    ...(error ? [`fails: ${error}`] : []),
  ]);
});
