import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is done to fill a data directory: files come as one file that says which plan they are of, and the recovery beside it ends as it is told to. */
const program = `
import json, os, sys, types
sys.path.insert(0, sys.argv[1])
from backup import files, initialize, plan, recovery
from backup.shell import Failure

data, given, done = sys.argv[2] + "/main", json.loads(sys.argv[3]), []

def fill(_, planned):
    os.makedirs(planned.directory)
    for path, text in ((planned.directory + files.MARK, ""), (planned.directory + "/plan", planned.ends)):
        with open(path, "w") as file:
            file.write(text)
    done.append("fill " + planned.ends)

def rehearse(*_):
    done.append("rehearse")
    if "never" in given:
        raise initialize.NeverReached("the target was never reached", given["never"])

def planned(ends):
    return types.SimpleNamespace(kind=given["kind"], pauses=given["kind"] != "latest", directory=data + ".restoring", ends=ends, newest=lambda: planned("newest"))

files.instance.ROOT = sys.argv[2] + "/run"
files.fill, recovery.rehearse, initialize.say = fill, rehearse, done.append
plan.make, plan.lines = lambda *_: planned("target"), lambda *_: []
initialize.Instance = lambda *_: types.SimpleNamespace(stop=lambda: done.append("stop"))
try:
    initialize.run(types.SimpleNamespace(cluster=types.SimpleNamespace(data=data)), types.SimpleNamespace())
except Failure as failure:
    done.append(type(failure).__name__)
print(json.dumps(done))
`;

let volume: string;
beforeEach(() => { volume = mkdtempSync(join(tmpdir(), "ringo-initialize-")); });
afterEach(() => rmSync(volume, { recursive: true }));
const does = (given: object): string[] => JSON.parse(execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), volume, JSON.stringify(given)], {
  encoding: "utf8", env: { ...process.env, RINGO_BACKUP_LOCK: join(volume, "lock") },
}));
/** Of which plan the data are that are there now. */
const there = (): string | undefined => (existsSync(join(volume, "main/plan")) ? readFileSync(join(volume, "main/plan"), "utf8") : undefined);

test("the newest state replaces an empty directory, and is marked complete", () => {
  mkdirSync(join(volume, "main"));
  expect([does({ kind: "latest" }), there()]).toEqual([["fill target"], "target"]);
  expect(readdirSync(volume).sort()).toEqual(["lock", "main"]);
});

test("recovery to a time is completed before anything is replaced", () => {
  expect([does({ kind: "time" }), there()]).toEqual([["fill target", "rehearse", "stop"], "target"]);
});

test.each([["is after everything archived", null, "S3 has no transaction after that time"], ["is behind a gap", "a gap", "warning: the target was never reached"]])(
  "a time that %s restores what is before it, and says so", (_, never, said) => {
    expect(does({ kind: "time", never })).toEqual(["fill target", "rehearse", expect.stringContaining(said), "fill newest", "stop"]);
    expect(there()).toBe("newest");
});

test("a point that is never reached restores nothing else instead", () => {
  expect([does({ kind: "point", never: null }), there()]).toEqual([["fill target", "rehearse", "stop", "NeverReached"], undefined]);
});

test("existing data stays", () => {
  mkdirSync(join(volume, "main"));
  writeFileSync(join(volume, "main/plan"), "somebody's");
  expect([does({ kind: "latest" }), there()]).toEqual([["Refusal"], "somebody's"]);
});
