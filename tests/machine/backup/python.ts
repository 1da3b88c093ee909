import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Runs an expression over the modules of `ringo-backup`; `given` is the input, the answer comes back as JSON. */
export function python(expression: string, given: unknown): any {
  const program = `
import contextlib, json, sys, types
sys.path.insert(0, sys.argv[1])
from backup import counts, course, drops, listing, main, media, plan, points, prepare, remind, repository, restore, server, shell, timelines, times, vacant, wal
from backup.shell import Failure, Refusal
given = json.load(sys.stdin)
def answer(work):
    try:
        return work()
    except Refusal as refusal:
        return {"refused": str(refusal)}
    except Failure as failure:
        return {"failed": str(failure)}
print(json.dumps(${expression}))
`;
  const done = spawnSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine")], { input: JSON.stringify(given), encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout);
}
