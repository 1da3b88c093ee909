import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";

/** What a stack's own file says, by key: the engine tells of a key only whether anything in it is encrypted. */
export type Written = Readonly<Record<string, unknown>>;

/** Reads the stack's file. One that lies elsewhere (`--config-file`) is not seen. */
export function written(stack: string, directory: string): Written {
  const file = path.join(directory, `Pulumi.${stack}.yaml`);
  if (!fs.existsSync(file)) return {};
  const settings = YAML.parseDocument(fs.readFileSync(file, "utf8")).toJS() as { config?: Written | null } | null;
  return settings?.config ?? {};
}

const isGroup = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Paths of what stands in a value in plain text: whatever is not `{ secure: … }`. */
export function plainIn(value: unknown, at: readonly PropertyKey[]): PropertyKey[][] {
  if (!isGroup(value)) return [[...at]];
  if (typeof (value as { secure?: unknown }).secure === "string") return [];
  return Object.entries(value).flatMap(([name, inner]) => plainIn(inner, [...at, Array.isArray(value) ? Number(name) : name]));
}
