import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { projectDir } from "../local/paths";
import type { OperatedStack } from "./stack";
import { say } from "./terminal";

/**
 * A stack's file with one more counted. Everything else in it stays as it is.
 * @param counter where the number is, within the project's `ringo-infra:…`
 * @param inForce what the stack that runs has: the file may be a checkout from before the last one. @default 1
 */
export function nextGeneration(text: string, counter: string[], inForce = 1): { text: string; generation: number } {
  const document = YAML.parseDocument(text);
  const [group, ...rest] = counter;
  const at = ["config", `ringo-infra:${group}`, ...rest];
  const generation = Math.max(Number(document.getIn(at) ?? 1), inForce) + 1;
  document.setIn(at, generation);
  return { text: document.toString({ lineWidth: 0 }), generation };
}

/** Counts one more in the stack's file. Gives what takes that back. */
export function countUp(stack: OperatedStack, counter: string[], inForce?: number): () => void {
  const file = path.join(projectDir, `Pulumi.${stack.name}.yaml`);
  const former = fs.readFileSync(file, "utf8");
  const { text, generation } = nextGeneration(former, counter, inForce);
  fs.writeFileSync(file, text);
  say(`${path.basename(file)}: ${counter.join(".")} is ${generation}; commit it when this has ended`);
  return () => fs.writeFileSync(file, former);
}
