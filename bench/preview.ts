import "../sdk/function-serialization";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/**
 * A preview of a whole new stack by the real engine; nothing is made, so no cloud is needed. In a process of its own, which
 * prints the seconds it took and how many resources it planned.
 * usage: tsx bench/preview.ts <machines> [policies | <number>]; `policies` has it judged, a number takes as many resources of
 * no content instead: the engine's and the SDK's own time.
 */
async function preview(machines: number, policies: boolean, bare: number): Promise<{ seconds: number; resources: number }> {
  const state = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-bench-"));
  // Before anything of local/ is loaded: its modules read this once, and else work on the stack that runs here.
  process.env.RINGO_LOCAL_DIR = state;
  const { stateDir } = await import("../local/paths");
  if (stateDir !== state) throw new Error(`refusing to work on ${stateDir}`);
  const { providers } = await import("../local/providers");
  const { serve } = await import("../local/providers/server");
  const { openStack, policyPack } = await import("../local/workspace");
  const served = await serve(providers);
  const program = async () => {
    if (bare === 0) return (await import("../index")).default();
    const random = await import("@pulumi/random");
    for (let i = 0; i < bare; i++) new random.RandomId(`bare-${i}`, { byteLength: 4 });
    return {};
  };
  try {
    const stack = await openStack({
      providers: served.environment,
      program,
      facts: {
        plain: { image: `registry.ringo.test:5000/backend@sha256:${"ab".repeat(32)}`, acme: { server: "https://acme.ringo.test:14000/dir" } },
        // One edge, one data machine, one worker, one monitor; the rest answer HTTP.
        // One process each, since so many would want more connections than any PostgreSQL here takes.
        overrides: { apiInstanceCount: machines - 4, gunicornWorkers: 1, databaseSize: "s-4vcpu-8gb" },
        secrets: {
          djangoSecretKey: "not-a-real-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
          backupPassphrase: "not-a-real-passphrase-0123456789-abcdefghij",
        },
      },
    });
    const started = Date.now();
    const result = await stack.preview({ policyPacks: policies ? [policyPack] : [] });
    if (process.env.VERBOSE) process.stderr.write(result.stdout);
    return { seconds: (Date.now() - started) / 1000, resources: result.changeSummary.create ?? 0 };
  } finally {
    await served.close();
    fs.rmSync(state, { recursive: true });
  }
}

const [machines, instead] = process.argv.slice(2);
preview(Number(machines), instead === "policies", Number(instead) || 0).then(
  (result) => process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0)),
  (error: unknown) => process.stderr.write(`${String(error)}\n`, () => process.exit(1)),
);
