import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import * as YAML from "yaml";
import type { Plugin } from "./providers/official";
import { binDir, cacheDir, inState, projectDir, stackName } from "./paths";

/** A value of the stack's configuration, as it stands in `Pulumi.<stack>.yaml`. */
export type ConfigValue = string | number | boolean | object;

/** What the local cloud adds to the user's `Pulumi.local.yaml`: plain facts, and secrets of its own making. */
export interface LocalFacts {
  plain: Record<string, ConfigValue>;
  /** Values that stand above the user's: measurements of other sizes of stack. */
  overrides?: Record<string, ConfigValue>;
  /** Official plugins that the engine starts where a stand-in would do. @default none */
  plugins?: Plugin[];
  secrets: Record<string, string>;
}

const projectFile = (): { name: string } => YAML.parse(fs.readFileSync(path.join(projectDir, "Pulumi.yaml"), "utf8"));

/** Written once, readable by its owner alone; the same content on every later call. */
function ownSecret(file: string, make: () => string): string {
  if (!fs.existsSync(file)) {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, make(), { mode: 0o600 });
  }
  return fs.readFileSync(file, "utf8");
}

/** A secret of the local stack's own, made on first use and kept until destroy. */
export const localSecret = (name: string): string =>
  ownSecret(inState("secrets", name), () => randomBytes(48).toString("base64url"));

/** Where the local stack keeps its state and its settings, and how its secrets are encrypted. */
function environment(providers: string): Record<string, string> {
  localSecret("passphrase");
  fs.mkdirSync(inState("pulumi"), { recursive: true, mode: 0o700 });
  return {
    PULUMI_BACKEND_URL: `file://${inState("pulumi")}`,
    PULUMI_HOME: inState("pulumi", "home"),
    PULUMI_CONFIG_PASSPHRASE_FILE: inState("secrets", "passphrase"),
    PULUMI_DEBUG_PROVIDERS: providers,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** True when this machine has a local stack. */
export const exists = (): boolean => fs.existsSync(inState("pulumi", ".pulumi", "stacks"));

/**
 * The local stack, with `program` attached to the engine. The user's `Pulumi.local.yaml` is only read: what the local
 * cloud adds goes into a copy, so that a checkout stays clean.
 */
export async function openStack(options: {
  providers: string;
  program?: () => Promise<Record<string, unknown> | void>;
  facts?: LocalFacts;
}): Promise<Stack> {
  const workDir = inState("workspace");
  fs.mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const project = projectFile();
  // An attached program needs no language host; the name is what configuration keys and URNs carry.
  fs.writeFileSync(path.join(workDir, "Pulumi.yaml"), YAML.stringify({
    name: project.name, runtime: "nodejs", plugins: { providers: options.facts?.plugins ?? [] },
  }));
  const missing = options.facts ? writeSettings(workDir, project.name, options.facts) : [];
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, projectName: project.name, program: options.program ?? (async () => undefined) },
    { workDir, envVars: environment(options.providers), pulumiCommand: await PulumiCommand.get({ root: cacheDir }) },
  );
  if (options.program) await releaseLock(stack); // looking is always allowed
  for (const key of missing) setSecret(workDir, key, options.facts?.secrets[key] ?? "");
  return stack;
}

const isGroup = (value: ConfigValue): value is object => typeof value === "object" && !Array.isArray(value);

/**
 * A run that was killed leaves its lock behind. Nobody but this machine's own commands works on its stack, so a lock is
 * in use only while the engine that took it runs.
 */
async function releaseLock(stack: Stack): Promise<void> {
  const locks = inState("pulumi", ".pulumi", "locks");
  if (!fs.existsSync(locks)) return;
  const files = fs.readdirSync(locks, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const pids = files.map((file) => (JSON.parse(fs.readFileSync(path.join(file.parentPath, file.name), "utf8")) as { pid: number }).pid);
  const holder = pids.find((pid) => fs.existsSync(`/proc/${pid}`));
  if (holder !== undefined) throw new Error(`another command works on the local stack (process ${holder}): wait until it has ended.`);
  if (pids.length > 0) await stack.cancel();
}

/** Through standard input: the Automation API would put the value on a command line. */
function setSecret(workDir: string, key: string, value: string): void {
  execFileSync(path.join(binDir, "pulumi"), ["config", "set", "--secret", key, "--stack", stackName], {
    cwd: workDir,
    env: { ...process.env, ...environment("") },
    input: value,
    stdio: ["pipe", "ignore", "inherit"],
  });
}

/** Writes the stack's settings, keeps the secrets that are already encrypted there, and tells which are missing. */

function writeSettings(workDir: string, project: string, facts: LocalFacts): string[] {
  const own = YAML.parse(fs.readFileSync(path.join(projectDir, `Pulumi.${stackName}.yaml`), "utf8")) ?? {};
  const file = path.join(workDir, `Pulumi.${stackName}.yaml`);
  const previous = fs.existsSync(file) ? YAML.parse(fs.readFileSync(file, "utf8")) ?? {} : {};
  const config: Record<string, ConfigValue> = { ...own.config };
  for (const [key, value] of Object.entries(facts.plain)) {
    const name = `${project}:${key}`;
    const users = config[name];
    // A group (`acme`) that the user gave in part is filled up; whatever else the user gave stands.
    if (users === undefined) config[name] = value;
    else if (isGroup(users) && isGroup(value)) config[name] = { ...value, ...users };
  }
  for (const [key, value] of Object.entries(facts.overrides ?? {})) config[`${project}:${key}`] = value;
  const missing: string[] = [];
  for (const key of Object.keys(facts.secrets)) {
    const encrypted = previous.config?.[`${project}:${key}`];
    if (encrypted?.secure) config[`${project}:${key}`] = encrypted;
    else missing.push(key);
  }
  const settings = { ...own, config, ...(previous.encryptionsalt ? { encryptionsalt: previous.encryptionsalt } : {}) };
  fs.writeFileSync(file, YAML.stringify(settings), { mode: 0o600 });
  return missing;
}
