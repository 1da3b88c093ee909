import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sources = join(__dirname, "../../../machine/monitoring");

/** Runs a program over the modules of the exporters; `given` is its input, what it calls `answer` comes back as JSON. */
export function python(program: string, given: unknown = null): any {
  const folder = mkdtempSync(join(tmpdir(), "ringo-python-"));
  try {
    // As they are called on a machine.
    symlinkSync(join(sources, "celery"), join(folder, "celery_exporter"));
    const text = `import json, sys\nsys.path[:0] = [${JSON.stringify(folder)}, ${JSON.stringify(sources)}]\ngiven = json.load(sys.stdin)\n${program}\nprint(json.dumps(answer))\n`;
    const done = spawnSync("/usr/bin/python3", ["-IBc", text], { input: JSON.stringify(given), encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
