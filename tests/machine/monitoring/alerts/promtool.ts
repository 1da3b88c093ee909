import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concerns, render, type Alert, type Concern } from "../../../../machine/monitoring/alerts";

/** Rules with production's own times, and a pool of 2 to 10. */
export const rules: Concern[] = concerns({ patience: (seconds) => seconds, objectivePercent: 99.5, pool: { min: 2, max: 10 } });
export const alerts: Alert[] = rules.flatMap((concern) => concern.alerts);
export const runbook = "https://runbook.example/alerts.md";

/** promtool's word on the files of all rules. */
export const checked = () => inFolder((folder) => {
  const files = rules.map((concern) => written(folder, concern.name, render(concern, runbook)));
  return promtool(["check", "rules", ...files]);
});

/** Runs tests of single alerts: of each only its own rule, and the series that it is computed from, or it would take minutes. */
export const tested = (tests: Record<string, object[]>) => inFolder((folder) => promtool(["test", "rules", ...Object.entries(tests).map(([name, ofIt]) => {
  const concern = rules.find(({ alerts: own }) => own.some((alert) => alert.name === name))!;
  const [alert] = concern.alerts.filter((own) => own.name === name);
  const recordings = concern.recordings?.filter(({ record }) => alert.expr.includes(record));
  const file = written(folder, name, render({ ...concern, recordings, alerts: [alert] }, runbook));
  return written(folder, `${name}.test`, JSON.stringify({ rule_files: [file], evaluation_interval: "30s", tests: ofIt }));
})]));

const written = (folder: string, name: string, content: string): string => {
  writeFileSync(join(folder, `${name}.yml`), content);
  return join(folder, `${name}.yml`);
};

function promtool(args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" });
  return { status, output: stdout + stderr };
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "ringo-rules-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
