import * as fs from "node:fs";
import * as path from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import * as YAML from "yaml";
import { UserError } from "../cli/terminal";
import { environment, workspaceDir } from "./engine";
import { cacheDir, inState, projectDir, stackName } from "./paths";
import { setSecrets, writeSettings, type LocalFacts } from "./settings";

/** Checks every preview and every `up`. */
export const policyPack = path.join(projectDir, "policies");

const projectFile = (): { name: string } => YAML.parse(fs.readFileSync(path.join(projectDir, "Pulumi.yaml"), "utf8"));

/**
 * The local stack, with `program` attached to the engine. The user's `Pulumi.local.yaml` is only read: what the local
 * cloud adds goes into a copy, so that a checkout stays clean.
 */
export async function openStack({ providers, program, facts }: {
  /** Where the stand-ins listen, in the format of `PULUMI_DEBUG_PROVIDERS`. */
  providers: string;
  program: () => Promise<Record<string, unknown>>;
  facts: LocalFacts;
}): Promise<Stack> {
  fs.mkdirSync(workspaceDir, { recursive: true, mode: 0o700 });
  const project = projectFile();
  // An attached program needs no language host; the name is part of configuration keys and URNs.
  // The runtime of a policy pack is named, since the engine built here has none; the official CLI brings its own.
  const analyzer = { name: "policy-nodejs", path: path.join(policyPack, "bin") };
  fs.writeFileSync(path.join(workspaceDir, "Pulumi.yaml"), YAML.stringify({
    name: project.name, runtime: "nodejs", plugins: { analyzers: [analyzer], providers: facts.plugins ?? [] },
  }));
  const missing = writeSettings(project.name, facts);
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, projectName: project.name, program },
    { workDir: workspaceDir, envVars: environment(providers), pulumiCommand: await PulumiCommand.get({ root: cacheDir }) },
  );
  await releaseLock(stack);
  await setSecrets(missing, facts.secrets);
  return stack;
}

/**
 * A killed run leaves its lock behind. Only this machine's own commands work on its stack, so a lock is
 * in use only while the engine that took it runs.
 */
async function releaseLock(stack: Stack): Promise<void> {
  const locks = inState("pulumi", ".pulumi", "locks");
  if (!fs.existsSync(locks)) return;
  const files = fs.readdirSync(locks, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const pids = files.map((file) => (JSON.parse(fs.readFileSync(path.join(file.parentPath, file.name), "utf8")) as { pid: number }).pid);
  const holder = pids.find((pid) => fs.existsSync(`/proc/${pid}`));
  if (holder !== undefined) throw new UserError(`another command is working on the local stack (process ${holder}): wait until it has finished.`);
  if (pids.length === 0) return;
  await stack.cancel();
  // Otherwise every later run would warn about its pending operations.
  await stack.refresh({ clearPendingCreates: true });
}
