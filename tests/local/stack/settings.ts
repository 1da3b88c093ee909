import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { placeInFile } from "../../../cli/stack-file";
import { generationPaths } from "../../../config/succession";
import { projectDir } from "../../../local/paths";

const file = path.join(projectDir, "Pulumi.local.yaml");
const original = fs.readFileSync(file, "utf8");
const counters = generationPaths().map(placeInFile);

const write = (document: YAML.Document): void => fs.writeFileSync(file, document.toString({ lineWidth: 0 }));

/** What the file was when the tests began, with what has been counted since: that goes back for no stack. */
function begun(): YAML.Document {
  const [document, now] = [YAML.parseDocument(original), YAML.parseDocument(fs.readFileSync(file, "utf8"))];
  for (const counter of counters) if (now.hasIn(counter)) document.setIn(counter, now.getIn(counter));
  return document;
}

/** Edits the stack's file, starting from its content when the tests began. A path reaches into a group. */
export function configure(changes: Record<string, unknown>): void {
  const document = begun();
  for (const [key, value] of Object.entries(changes)) document.setIn(placeInFile(key.split(".")), value);
  write(document);
}

/** Without what has been counted: the next stack begins anew. */
export function forgetCounts(): void {
  const document = YAML.parseDocument(original);
  for (const counter of counters) document.deleteIn(counter);
  write(document);
}

/** As it was, but for what has been counted. */
export const restoreSettings = (): void => write(begun());
