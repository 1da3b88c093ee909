import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import * as YAML from "yaml";
import { readStackFile } from "../cli/stack-file";
import { UserError } from "../cli/terminal";
import { environment, localEngine, workspaceDir } from "./engine";
import type { Plugin } from "./providers/official";
import { cacheDir, inState, projectDir, stackName } from "./paths";

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

/** Judges every preview and every `up`. */
export const policyPack = path.join(projectDir, "policies");

const projectFile = (): { name: string } => YAML.parse(fs.readFileSync(path.join(projectDir, "Pulumi.yaml"), "utf8"));

/**
 * The local stack, with `program` attached to the engine. The user's `Pulumi.local.yaml` is only read: what the local
 * cloud adds goes into a copy, so that a checkout stays clean.
 */
export async function openStack(options: {
  providers: string;
  program?: () => Promise<Record<string, unknown> | void>;
  facts?: LocalFacts;
}): Promise<Stack> {
  fs.mkdirSync(workspaceDir, { recursive: true, mode: 0o700 });
  const project = projectFile();
  // An attached program needs no language host; the name is what configuration keys and URNs carry.
  // What runs a policy pack is named, since the engine built here has none; the official CLI brings its own.
  const analyzer = { name: "policy-nodejs", path: path.join(policyPack, "bin") };
  fs.writeFileSync(path.join(workspaceDir, "Pulumi.yaml"), YAML.stringify({
    name: project.name, runtime: "nodejs", plugins: { analyzers: [analyzer], providers: options.facts?.plugins ?? [] },
  }));
  const missing = options.facts ? writeSettings(project.name, options.facts) : [];
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, projectName: project.name, program: options.program ?? (async () => undefined) },
    { workDir: workspaceDir, envVars: environment(options.providers), pulumiCommand: await PulumiCommand.get({ root: cacheDir }) },
  );
  if (options.program) await releaseLock(stack); // looking is always allowed
  await setSecrets(missing, options.facts?.secrets ?? {});
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
  if (holder !== undefined) throw new UserError(`another command works on the local stack (process ${holder}): wait until it has ended.`);
  if (pids.length === 0) return;
  await stack.cancel();
  // What it was making would be named by each run from now on.
  await stack.refresh({ clearPendingCreates: true });
}

const settingsFile = path.join(workspaceDir, `Pulumi.${stackName}.yaml`);
const readSettings = (file: string): { config?: Record<string, any>; encryptionsalt?: string } => YAML.parse(fs.readFileSync(file, "utf8")) ?? {};
/** Every text in quotes: the engine reads an older YAML, in which a bare time is no text. */
const writeYaml = (file: string, settings: object): void =>
  fs.writeFileSync(file, YAML.stringify(settings, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" }), { mode: 0o600 });

/** Each is encrypted by a command of its own, which takes half a second: side by side, into files of their own. */
async function setSecrets(keys: string[], secrets: Record<string, string>): Promise<void> {
  if (keys.length === 0) return;
  const settings = readSettings(settingsFile);
  const directory = fs.mkdtempSync(path.join(workspaceDir, "secrets-"));
  try {
    const encrypted = await Promise.all(keys.map(async (key) => {
      const file = path.join(directory, `${key}.yaml`);
      writeYaml(file, { encryptionsalt: settings.encryptionsalt });
      await setSecret(file, key, secrets[key]);
      return readSettings(file).config;
    }));
    writeYaml(settingsFile, { ...settings, config: Object.assign({}, settings.config, ...encrypted) });
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Through standard input: the Automation API would put the value on a command line. */
async function setSecret(file: string, key: string, value: string): Promise<void> {
  const { command, cwd, env } = localEngine();
  const child = spawn(command, ["config", "set", "--secret", key, "--stack", stackName, "--config-file", file], { cwd, env, stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end(value);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the secret ${key} could not be set`);
}

/** Writes the stack's settings, keeps the secrets that are already encrypted there, and tells which are missing. */
function writeSettings(project: string, facts: LocalFacts): string[] {
  const own = YAML.parse(readStackFile(stackName)) ?? {};
  const previous = fs.existsSync(settingsFile) ? readSettings(settingsFile) : {};
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
  writeYaml(settingsFile, { ...own, config, ...(previous.encryptionsalt ? { encryptionsalt: previous.encryptionsalt } : {}) });
  return missing;
}
