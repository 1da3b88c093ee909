import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { projectDir } from "../../../local/paths";

const file = path.join(projectDir, "Pulumi.local.yaml");
const original = fs.readFileSync(file, "utf8");

/** Changes the stack's configuration as a person edits the file: from what it was when the tests began. A path reaches into a group. */
export function configure(changes: Record<string, unknown>): void {
  const document = YAML.parseDocument(original);
  for (const [key, value] of Object.entries(changes)) {
    const [first, ...rest] = key.split(".");
    document.setIn(["config", `ringo-infra:${first}`, ...rest], value);
  }
  fs.writeFileSync(file, document.toString());
}

/** Without what has been counted: the next stack begins anew. */
export function forgetCounts(): void {
  const document = YAML.parseDocument(original);
  for (const counter of ["machineGenerations", "deployerKeyGeneration", "mediaKeyGeneration"]) document.deleteIn(["config", `ringo-infra:${counter}`]);
  fs.writeFileSync(file, document.toString({ lineWidth: 0 }));
}

/** As it was. */
export const restoreSettings = (): void => fs.writeFileSync(file, original);
