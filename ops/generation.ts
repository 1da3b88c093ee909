import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { projectDir } from "../cli/project";
import type { Configuration } from "../cli/outputs";
import type { OperatedStack } from "./stack";
import { placeInFile, readStackFile } from "../cli/stack-file";
import { valueAt } from "../config/path";
import { say } from "../cli/terminal";

/**
 * Raises a generation in a stack's file to one more than is in force. Everything else in the file stays as it is.
 *
 * The file's own number may be out of date, or one ahead after an update that was declined or failed. Counting from it could skip a number,
 * and machines accept only the next key.
 * @param counter where the number is, within the project's `ringo-infra:…`
 * @param unused never use a number twice, even if that skips some: a failed update may already have created resources with it. @default false
 */
export function nextGeneration(text: string, counter: string[], inForce: Configuration, unused = false): { text: string; generation: number } {
  const document = YAML.parseDocument(text);
  const place = placeInFile(counter);
  const counted = Number(valueAt(inForce, counter) ?? 1);
  const tried = unused ? Number(document.getIn(place) ?? 1) : 1;
  const generation = Math.max(counted, tried) + 1;
  document.setIn(place, generation);
  return { text: document.toString({ lineWidth: 0 }), generation };
}

/** Raises a generation in the stack's file (`nextGeneration`). Returns a function that restores the file. */
export function countUp(stack: OperatedStack, counter: string[], unused = false): () => void {
  const file = path.join(projectDir, `Pulumi.${stack.name}.yaml`);
  const former = readStackFile(stack.name);
  const { text, generation } = nextGeneration(former, counter, stack.inForce(), unused);
  fs.writeFileSync(file, text);
  say(`${path.basename(file)}: ${counter.join(".")} is ${generation}; commit it when this command has finished`);
  return () => fs.writeFileSync(file, former);
}
