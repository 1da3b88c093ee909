/** The local stack's settings: the user's `Pulumi.local.yaml`, which is only read, with what the local cloud adds. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { readStackFile } from "../cli/stack-file";
import { localEngine, workspaceDir } from "./engine";
import { stackName } from "./paths";
import type { Plugin } from "./providers/official";

/** A value of the stack's configuration, as in `Pulumi.<stack>.yaml`. */
export type ConfigValue = string | number | boolean | object;

/** What the local cloud adds to the user's `Pulumi.local.yaml`: facts, and secrets that it generates. */
export interface LocalFacts {
  plain: Record<string, ConfigValue>;
  /** Values that override the user's: for measurements of stacks of other sizes. */
  overrides?: Record<string, ConfigValue>;
  /** Official plugins that the engine starts instead of stand-ins. @default none */
  plugins?: Plugin[];
  secrets: Record<string, string>;
}

const settingsFile = path.join(workspaceDir, `Pulumi.${stackName}.yaml`);
const readSettings = (file: string): { config?: Record<string, any>; encryptionsalt?: string } => YAML.parse(fs.readFileSync(file, "utf8")) ?? {};
/** All text in quotes: the engine reads an older YAML, in which an unquoted time is not text. */
const writeYaml = (file: string, settings: object): void =>
  fs.writeFileSync(file, YAML.stringify(settings, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" }), { mode: 0o600 });

const isGroup = (value: ConfigValue): value is object => typeof value === "object" && !Array.isArray(value);

/** Writes the stack's settings, keeps the secrets that are already encrypted there, and returns which are missing. */
export function writeSettings(project: string, facts: LocalFacts): string[] {
  const own = YAML.parse(readStackFile(stackName)) ?? {};
  const previous = fs.existsSync(settingsFile) ? readSettings(settingsFile) : {};
  const config: Record<string, ConfigValue> = { ...own.config };
  for (const [key, value] of Object.entries(facts.plain)) {
    const name = `${project}:${key}`;
    const users = config[name];
    // A group (`acme`) that the user gave in part is completed; everything else that the user gave stays.
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

/** Encrypts the missing secrets into the settings. Each is encrypted by a command of its own, which takes half a second: so they run in parallel, into files of their own. */
export async function setSecrets(keys: string[], secrets: Record<string, string>): Promise<void> {
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
