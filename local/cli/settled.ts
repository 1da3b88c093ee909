import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { inState, projectDir, stackName } from "../paths";

/** What determines a stack besides its settings: the program, and its dependencies. */
const sources = ["index.ts", "components", "sdk", "config", "machine", "package-lock.json"];
const record = inState("settled");

function fingerprint(): string {
  const hash = createHash("sha256");
  const settings = ["Pulumi.yaml", `Pulumi.${stackName}.yaml`].map((name) => inState("workspace", name));
  for (const file of [...sources.flatMap((name) => filesOf(path.join(projectDir, name))), ...settings]) {
    hash.update(`${file}\0`).update(fs.readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

/** A file itself; of a directory all that are in it, in the same order each time. */
function filesOf(source: string): string[] {
  if (fs.statSync(source).isFile()) return [source];
  const entries = fs.readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => path.join(entry.parentPath, entry.name)).sort();
}

/**
 * Whether an update would do nothing: its preview changes no resource, and the last completed update had this very program and
 * these settings. The preview alone is not enough: it does not show changes of options such as protect or dependsOn.
 */
export const isSettled = (previewed: Record<string, number | undefined>): boolean =>
  Object.keys(previewed).every((operation) => operation === "same") && fs.existsSync(record) && fs.readFileSync(record, "utf8") === fingerprint();

/** Call when an update begins: until it has completed nothing is known. */
export const unsettle = (): void => fs.rmSync(record, { force: true });

/** Call when an update has succeeded. */
export const settle = (): void => fs.writeFileSync(record, fingerprint());
