import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { projectDir, stackName } from "../local/paths";
import { onData } from "./backups";
import type { Generations } from "./outputs";
import type { OperatedStack } from "./stack";
import { say } from "./terminal";

/** The setting that counts what is made anew, each within the project's `ringo-infra:…`. */
const counters: Record<keyof Generations, string[]> = {
  backupKey: ["backups", "keyGeneration"], deployerKey: ["deployerKeyGeneration"], passwords: ["passwordGeneration"], mediaKeys: ["mediaKeyGeneration"],
};

/**
 * A stack's file with one more counted. Everything else in it stays as it is.
 * @param inForce what the stack that runs has: the file may be a checkout from before the last rotation.
 */
export function nextGeneration(text: string, what: keyof Generations, inForce: number): { text: string; generation: number } {
  const document = YAML.parseDocument(text);
  const [group, ...rest] = counters[what];
  const at = ["config", `ringo-infra:${group}`, ...rest];
  const generation = Math.max(Number(document.getIn(at) ?? 1), inForce) + 1;
  document.setIn(at, generation);
  return { text: document.toString({ lineWidth: 0 }), generation };
}

/** A new access key for the backups: made, put on the machine, and only then the old one ended. */
export async function rotateBackupKey(stack: OperatedStack): Promise<number> {
  const status = await rotate(stack, "backupKey");
  return status === 0 ? onData(stack, "prepare") : status; // proves that WAL arrives under the new key
}

/** New passwords of PostgreSQL and Redis: both hold while the containers are replaced, one machine after the other. */
export const rotatePasswords = (stack: OperatedStack): Promise<number> => rotate(stack, "passwords");

/** New keys to the shared files: the data machine knows no others from then on, and each machine mounts them anew. */
export const rotateMediaKeys = (stack: OperatedStack): Promise<number> => rotate(stack, "mediaKeys");

/** Comes to the machines with the next key, which they know already, and takes this one away. */
export const rotateDeployerKey = (stack: OperatedStack): Promise<number> => rotate(stack, "deployerKey");

/** Counts one more in the stack's file, and brings the stack there. */
async function rotate(stack: OperatedStack, what: keyof Generations): Promise<number> {
  const file = path.join(projectDir, `Pulumi.${stack.name}.yaml`);
  const { text, generation } = nextGeneration(fs.readFileSync(file, "utf8"), what, stack.outputs().generations[what]);
  fs.writeFileSync(file, text);
  say(`${path.basename(file)}: ${counters[what].join(".")} is ${generation}; commit it when this has ended`);
  const [command, argv] = stack.name === stackName ? ["make", ["--no-print-directory", "up"]]
    : ["pulumi", ["up", "--stack", stack.name, ...(process.env.YES === "1" ? ["--yes"] : []), ...(process.env.REFRESH === "1" ? ["--refresh"] : [])]];
  return spawnSync(command, argv, { cwd: projectDir, stdio: "inherit" }).status ?? 1;
}
