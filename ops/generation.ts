import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { projectDir } from "../local/paths";
import type { OperatedStack } from "./stack";
import { say } from "./terminal";

/** A stack's configuration, by its keys without the project's name. */
export type Configuration = Record<string, unknown>;

/**
 * A stack's file with one more counted than is in force. Everything else in it stays as it is.
 *
 * What the file says does not matter: it may be a checkout from before the last change, or one ahead after an update that was declined or
 * has failed. To count on from that would leave one out, and machines know of a key only the next.
 * @param counter where the number is, within the project's `ringo-infra:…`
 */
export function nextGeneration(text: string, counter: string[], inForce: Configuration): { text: string; generation: number } {
  const document = YAML.parseDocument(text);
  const [group, ...rest] = counter;
  const counted = counter.reduce<unknown>((value, key) => (value as Configuration | undefined)?.[key], inForce);
  const generation = Number(counted ?? 1) + 1;
  document.setIn(["config", `ringo-infra:${group}`, ...rest], generation);
  return { text: document.toString({ lineWidth: 0 }), generation };
}

/** Counts one more in the stack's file. Gives what takes that back. */
export function countUp(stack: OperatedStack, counter: string[]): () => void {
  const file = path.join(projectDir, `Pulumi.${stack.name}.yaml`);
  const former = fs.readFileSync(file, "utf8");
  const { text, generation } = nextGeneration(former, counter, stack.inForce());
  fs.writeFileSync(file, text);
  say(`${path.basename(file)}: ${counter.join(".")} is ${generation}; commit it when this has ended`);
  return () => fs.writeFileSync(file, former);
}
