import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { inState, projectDir, stackName } from "../paths";

/** What decides what a stack is, beside the settings as the engine gets them: the program, and what it is made with. */
const sources = ["index.ts", "components", "sdk", "config", "machine", "package-lock.json"];
const record = inState("settled");

function fingerprint(): string {
  const hash = createHash("sha256");
  const add = (file: string): void => void hash.update(`${file}\0`).update(fs.readFileSync(file)).update("\0");
  for (const source of sources.map((name) => path.join(projectDir, name))) {
    if (fs.statSync(source).isFile()) add(source);
    else for (const entry of fs.readdirSync(source, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map((each) => path.join(each.parentPath, each.name)).sort()) add(entry);
  }
  for (const file of ["Pulumi.yaml", `Pulumi.${stackName}.yaml`]) add(inState("workspace", file));
  return hash.digest("hex");
}

/**
 * Whether an update would do nothing: its preview changes no resource, and the last update that ended was of this very program and
 * these settings. The preview alone is not enough: what protects a resource, or what it waits for, is no change of it.
 */
export const isSettled = (previewed: Record<string, number | undefined>): boolean =>
  Object.keys(previewed).every((operation) => operation === "same") && fs.existsSync(record) && fs.readFileSync(record, "utf8") === fingerprint();

/** An update begins: until it has ended nothing is known. */
export const unsettle = (): void => fs.rmSync(record, { force: true });

/** An update has ended well. */
export const settle = (): void => fs.writeFileSync(record, fingerprint());
