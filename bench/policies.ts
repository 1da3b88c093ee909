import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { machine, median, spread } from "./machine";

/**
 * What the policy pack adds to a preview of a whole new stack by the real engine, in turns with and without it. Nothing
 * is made, so no cloud is needed.
 * usage: tsx bench/policies.ts [machines] [runs]
 */
const pack = path.resolve(__dirname, "..", "policies");

/** One preview, in a process of its own: seconds, and how many resources it planned. */
async function preview(machines: number, policyPacks: string[]): Promise<{ seconds: number; resources: number }> {
  const state = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-bench-"));
  // Before anything of local/ is loaded: its modules read this once, and else work on the stack that runs here.
  process.env.RINGO_LOCAL_DIR = state;
  const { stateDir } = await import("../local/paths");
  if (stateDir !== state) throw new Error(`refusing to work on ${stateDir}`);
  const { providers } = await import("../local/providers");
  const { serve } = await import("../local/providers/server");
  const { openStack } = await import("../local/workspace");
  const served = await serve(providers);
  try {
    const stack = await openStack({
      providers: served.environment,
      program: async () => (await import("../index")).default(),
      facts: {
        plain: { image: `registry.ringo.test:5000/backend@sha256:${"ab".repeat(32)}`, acme: { server: "https://acme.ringo.test:14000/dir" } },
        // One edge, one data machine, one worker; the rest answer HTTP.
        overrides: { apiInstanceCount: machines - 3 },
        secrets: {
          djangoSecretKey: "not-a-real-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
          backupPassphrase: "not-a-real-passphrase-0123456789-abcdefghij",
        },
      },
    });
    const started = Date.now();
    const result = await stack.preview({ policyPacks });
    if (process.env.VERBOSE) process.stderr.write(result.stdout);
    return { seconds: (Date.now() - started) / 1000, resources: result.changeSummary.create ?? 0 };
  } finally {
    await served.close();
    fs.rmSync(state, { recursive: true });
  }
}

function apart(machines: number, which: "with" | "without"): { seconds: number; resources: number } {
  const { status, stdout, stderr } = spawnSync("tsx", [__filename, String(machines), which], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

async function main([machines = "300", what = "5"]: string[]): Promise<string> {
  if (what === "with" || what === "without") return JSON.stringify(await preview(Number(machines), what === "with" ? [pack] : []));
  const runs = Array.from({ length: Number(what) }, () => ({ without: apart(Number(machines), "without"), with: apart(Number(machines), "with") }));
  const ratio = median(runs.map((run) => run.with.seconds / run.without.seconds));
  const times = (which: "with" | "without") => spread(runs.map((run) => run[which].seconds));
  return `Machine: ${machine()}\n\n| preview of ${machines} machines, ${runs[0].with.resources} resources | ${times("without")} s; with policies ${times("with")} s; ratio ${ratio.toFixed(2)} |`;
}

main(process.argv.slice(2)).then(
  (line) => process.stdout.write(`${line}\n`, () => process.exit(0)),
  (error: unknown) => process.stderr.write(`${String(error)}\n`, () => process.exit(1)),
);
