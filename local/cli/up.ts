import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { isGiven } from "../../cli/flag";
import { readOutputs, type Outputs } from "../../cli/outputs";
import { writeSshFiles } from "../../cli/ssh";
import { localEngine } from "../engine";
import { acmeRootsFile, inState, stackName } from "../paths";
import { policyPack } from "../workspace";
import { backendDirectory, rememberBackend } from "./backend";
import { Progress } from "./progress";
import { prepare, withStack } from "./session";
import { isSettled, settle, unsettle } from "./settled";
import { bold, dim, green, red, say, seconds, yellow } from "../../cli/terminal";

/** Creates the stack, or updates it; can be run again at any time, also after Ctrl-C. */
export async function run(): Promise<number> {
  const started = Date.now();
  const backend = backendDirectory();
  const facts = await prepare(backend);
  rememberBackend(backend); // it can be built; the next `up` deploys it even if this one fails later
  return withStack(facts, async (stack) => {
    // The engine got the signal, too, and shuts down in order; this process only waits for it.
    const interrupted = (): void => say(yellow("stopping after the running operations; press Ctrl-C again to stop at once"));
    process.on("SIGINT", interrupted);
    // The preview lets policies refuse before anything is created: in an update alone, earlier resources would exist already.
    const planned = new Progress(true);
    const progress = new Progress();
    const refresh = isGiven("REFRESH");
    try {
      const { changeSummary } = await stack.preview({ onEvent: planned.on, policyPacks: [policyPack], refresh });
      const changes = !refresh && isSettled(changeSummary) ? changeSummary : await update(stack, progress, refresh);
      summary(reach(), changes, Date.now() - started);
      return 0;
    } catch (error) {
      const errors = [...planned.errors, ...progress.errors];
      if (errors.length === 0) throw error;
      say(red("\nThe stack is not up:"));
      for (const text of errors) say(`  ${text.replaceAll("\n", "\n  ")}`);
      say(`${planned.errors.length > 0 ? "Nothing was changed." : "Nothing that ran before is lost."} Fix the errors above and run \`make up\` again.`);
      return 1;
    } finally {
      process.removeListener("SIGINT", interrupted);
    }
  });
}

/** Returns what it changed. */
async function update(stack: Stack, progress: Progress, refresh: boolean): Promise<Record<string, number | undefined>> {
  unsettle();
  // The SDK would call the engine's command three times for what its events and one call tell.
  Object.assign(stack, { outputs: async () => ({}), info: async () => undefined } satisfies Partial<Stack>);
  let changes: Record<string, number | undefined> = {};
  const onEvent = (event: EngineEvent): void => {
    progress.on(event);
    changes = event.summaryEvent?.resourceChanges ?? changes;
  };
  try {
    await stack.up({ onEvent, policyPacks: [policyPack], refresh, suppressOutputs: true, color: "never" });
  } catch (error) {
    // Machines may have another key by now, and somebody may want to inspect them.
    try {
      reach();
    } catch {} // none is known yet
    throw error;
  }
  settle();
  return changes;
}

/** Updates the operator's SSH configuration to the present machines. @throws UserError if there are none yet */
function reach(): Outputs & Record<string, unknown> {
  const outputs = readOutputs(localEngine(), stackName, { secrets: true });
  writeSshFiles(inState("ssh"), outputs.reachable, outputs.deployerKey);
  return outputs;
}

function summary(outputs: Outputs, changes: Record<string, number | undefined>, took: number): void {
  const told = Object.entries(changes).map(([op, count]) => `${count} ${op}`).join(", ");
  say(green(`\nUp in ${seconds(took)}`) + dim(` (${told})`));
  for (const machine of outputs.machines) {
    say(`  ${bold(machine.name.padEnd(10))} ${machine.role.padEnd(8)} ${machine.privateAddress.padEnd(16)} ${machine.publicAddress ?? ""}`);
  }
  say(`\n  curl --cacert ${acmeRootsFile} ${outputs.apiUrl}/api/health/`);
  say("  make ssh HOST=api-0     a shell on a machine");
  say("  make output             all of this as JSON");
  say("  make destroy            remove it all");
}
