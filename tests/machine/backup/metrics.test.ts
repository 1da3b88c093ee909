import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

test("figures that cannot be written, as on a full disk, leave nothing behind", () => {
  const directory = mkdtempSync(join(tmpdir(), "ringo-metrics-"));
  const said = execFileSync("/usr/bin/python3", ["-IBc", `
import sys
sys.path.insert(0, sys.argv[1])
from backup import metrics
def full(*_):
    raise OSError(28, "No space left on device")
metrics.os.replace = full
try:
    metrics.write("ringo_backup", [("ringo_backup_count", "Backups.", "gauge", {}, 1)])
except OSError as error:
    print(error.errno)
`, join(__dirname, "../../../machine")], { encoding: "utf8", env: { ...process.env, RINGO_METRICS: directory } });
  expect([said, readdirSync(directory)]).toEqual(["28\n", []]);
  rmSync(directory, { recursive: true });
});
