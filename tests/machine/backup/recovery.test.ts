import { execFileSync } from "node:child_process";
import { join } from "node:path";

/**
 * What is done with a private server, in the place of a real one: how it is filled, begun, waited for and asked. One that is waited for in another
 * way than it was begun would be waited for without end.
 */
const program = `
import json, sys, types
sys.path.insert(0, sys.argv[1])
from backup import counts, drops, files, plan, recovery, restore_test, restore, server, times
from backup.shell import Failure

given, done = json.loads(sys.argv[3]), []

class Instance:
    socket = "/run/private"
    def __init__(self, *_):
        pass
    def start(self, end):
        self.end = end
        done.append("start to " + end)
    def recovered(self, paused):
        if paused != (self.end == "pause"):
            raise Failure("waited without end")
    def dropped(self):
        return given.get("dropped", [])
    def segments(self):
        return []
    def newest(self):
        return times.now()
    def stop(self):
        pass

for module in (recovery, restore_test, restore):
    module.say = lambda line: None
for module in (restore_test, restore):
    module.Instance = Instance
    module.running = lambda: True
restore_test.must = lambda argv, **_: done.append(argv[0].rpartition("/")[2])
drops.began = lambda *_: "0/200"
files.fill = lambda settings, planned: done.append("fill " + " ".join(planned.options))
files.remove = lambda directory: done.append("remove")
files.finish = lambda directory: done.append("keep")
for name in ("settle", "archived", "align"):
    setattr(server, name, lambda *_: True)
counts.rows = lambda databases, socket=None, *_: {table: (count, True) for table, count in given["restored" if socket else "live"].items()}
planned = plan.Plan(kind="time", value=None, backup=types.SimpleNamespace(database_bytes=1), moment=times.of(1000), options=["--type=time", "--target=then"], then=None, course=None, gap=given.get("gap"),
                    directory="/srv/main.new", aside=True, free_bytes=0, lost=None)
plan.make = lambda *_: planned
settings = types.SimpleNamespace(databases=["ringo"], cluster=types.SimpleNamespace(bin="/bin"))
actions = {"aside": lambda: restore._aside(settings, planned), "in place": lambda: recovery.rehearse(settings, planned, Instance()), "test": lambda: restore_test._test(settings, None, {})}
try:
    actions[sys.argv[2]]()
except Failure as failure:
    done.append("failed: " + str(failure))
print(json.dumps(done))
`;
const does = (action: "aside" | "in place" | "test", given: object = {}): string[] =>
  JSON.parse(execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), action, JSON.stringify(given)], { encoding: "utf8" }));

test("a copy beside the running database accepts writes, and is kept", () => {
  expect(does("aside")).toEqual(["fill --type=time --target=then", "start to promote", "keep"]);
});

test("one that is to replace it pauses at its target, for inspection", () => {
  expect(does("in place")).toEqual(["start to pause"]);
});

test("if a database was being dropped at that time, it recovers to the beginning of the drop: the same target would lose it again", () => {
  expect(does("in place", { dropped: ["ringo"] })).toEqual(["start to pause", "remove", expect.stringMatching(/^fill (?!.*--target=then).*--type=lsn --target=0\/200/), "start to pause"]);
});

describe("a restore test", () => {
  const live = { "ringo.orders": 3, "ringo.empty": 0 };

  test("counts rows, compares indexes with their tables and pages with their checksums, and throws everything away", () => {
    expect(does("test", { live, restored: live })).toEqual(["fill --type=time --target=then", "start to promote", "pg_amcheck", "pg_checksums", "remove"]);
  });

  test.each([
    ["a table that was restored empty", { "ringo.orders": 0, "ringo.empty": 0 }, "ringo.orders was restored empty; the running database has 3 rows"],
    ["a missing table", { "ringo.empty": 0 }, "ringo.orders was not restored"],
    ["no table at all", {}, "the restored database has no table"],
  ])("fails for %s", (_, restored, why) => {
    expect(does("test", { live, restored }).slice(-2)).toEqual(["remove", `failed: ${why}`]);
  });

  test("fails if WAL is missing on the way to the newest state, before anything is restored", () => {
    expect(does("test", { live, restored: live, gap: "WAL 1 is missing" })).toEqual([expect.stringMatching(/^failed: WAL 1 is missing/)]);
  });
});
