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
 * A stack's file with one more counted than is in force. Everything else in it stays as it is.
 *
 * What the file says may be from before the last change, or one ahead after an update that was declined or has failed. To count on from
 * that would leave one out, and machines know of a key only the next.
 * @param counter where the number is, within the project's `ringo-infra:…`
 * @param unused no number is taken twice, and some may be left out: what a failed update made under it is there. @default false
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

/** Counts one more in the stack's file: see `nextGeneration`. Gives what takes that back. */
export function countUp(stack: OperatedStack, counter: string[], unused = false): () => void {
  const file = path.join(projectDir, `Pulumi.${stack.name}.yaml`);
  const former = readStackFile(stack.name);
  const { text, generation } = nextGeneration(former, counter, stack.inForce(), unused);
  fs.writeFileSync(file, text);
  say(`${path.basename(file)}: ${counter.join(".")} is ${generation}; commit it when this has ended`);
  return () => fs.writeFileSync(file, former);
}
