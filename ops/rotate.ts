import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { projectDir, stackName } from "../local/paths";
import { onData } from "./backups";
import type { OperatedStack } from "./stack";
import { say } from "./terminal";

/**
 * A stack's file with one more key counted. Everything else in it stays as it is.
 * @param inForce the generation of the key that there is: the file may be a checkout from before the last rotation.
 */
export function nextGeneration(text: string, project: string, inForce: number): { text: string; generation: number } {
  const document = YAML.parseDocument(text);
  const at = ["config", `${project}:backups`, "keyGeneration"];
  const generation = Math.max(Number(document.getIn(at) ?? 1), inForce) + 1;
  document.setIn(at, generation);
  return { text: document.toString({ lineWidth: 0 }), generation };
}

/** A new access key for the backups: made, put on the machine, and only then the old one ended. */
export async function rotateBackupKey(stack: OperatedStack): Promise<number> {
  const file = path.join(projectDir, `Pulumi.${stack.name}.yaml`);
  const { text, generation } = nextGeneration(fs.readFileSync(file, "utf8"), "ringo-infra", (await stack.backups()).keyGeneration);
  fs.writeFileSync(file, text);
  say(`${path.basename(file)}: backups.keyGeneration is ${generation}; commit it when this has ended`);
  const [command, argv] = stack.name === stackName ? ["make", ["--no-print-directory", "up"]]
    : ["pulumi", ["up", "--stack", stack.name, ...(process.env.YES === "1" ? ["--yes"] : []), ...(process.env.REFRESH === "1" ? ["--refresh"] : [])]];
  const { status } = spawnSync(command, argv, { cwd: projectDir, stdio: "inherit" });
  if (status !== 0) return status ?? 1;
  return onData(stack, "prepare"); // proves that WAL arrives under the new key
}
