import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";

/** What a stack's own file says, by key: the engine tells of a key only whether anything in it is encrypted. */
export type Written = Readonly<Record<string, unknown>>;

/** Reads the stack's file, every scalar as the text that was typed. One that lies elsewhere (`--config-file`) is not seen. */
export function written(stack: string, directory: string): Written {
  const file = path.join(directory, `Pulumi.${stack}.yaml`);
  if (!fs.existsSync(file)) return {};
  const settings = YAML.parseDocument(fs.readFileSync(file, "utf8"), { schema: "failsafe" }).toJS() as { config?: Written | null } | null;
  return settings?.config ?? {};
}

const isGroup = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Paths of what stands in a value in plain text: whatever is not `{ secure: … }`. */
export function plainIn(value: unknown, at: readonly PropertyKey[]): PropertyKey[][] {
  if (!isGroup(value)) return [[...at]];
  if (typeof (value as { secure?: unknown }).secure === "string") return [];
  return Object.entries(value).flatMap(([name, inner]) => plainIn(inner, [...at, Array.isArray(value) ? Number(name) : name]));
}

/** What the engine makes of a time that stands without quotes. */
export const unquotedTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d\d)(\d\d) /;

/** Whether a value cannot be turned back into the text that was typed without quotes: `0123` comes as 83, `1.0` as 1, a day as a time. */
export function changedByYaml(value: unknown, typed: unknown): boolean {
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) return true;
  if (typeof typed !== "string" || String(value) === typed) return false;
  if (typeof value === "string") return unquotedTime.test(value) && /^\d{4}-\d/.test(typed);
  // What is written as the number or the boolean is, came from another file (`--config-file`).
  return ["number", "boolean"].includes(typeof value) && ![String(Number(typed)), "true", "false"].includes(typed);
}
