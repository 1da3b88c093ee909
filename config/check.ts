import * as path from "node:path";
import { validate, type Verdict } from "./validate";
import { written } from "./written";

/** Where the stacks' files are. */
const root = path.resolve(__dirname, "..");

/** A configuration as the engine hands it over: by keys with their namespace. */
export type Given = Readonly<Record<string, { value: string; secret?: boolean }>>;

/** Checks all of a stack's configuration, and that none of its secrets stands in its file in plain text. */
export function check(project: string, stack: string, config: Given, directory = root): Verdict {
  const own = byOwnName(project, config);
  const secretKeys = new Set(Object.entries(own).filter(([, { secret }]) => secret).map(([name]) => name));
  const raw = Object.fromEntries(Object.entries(own).map(([name, { value }]) => [name, value]));
  return validate(raw, secretKeys, stack, byOwnName(project, written(stack, directory)));
}

/** Our keys, without the project's name. */
function byOwnName<T>(project: string, config: Readonly<Record<string, T>>): Record<string, T> {
  const own = Object.entries(config).filter(([name]) => name.startsWith(`${project}:`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(project.length + 1), value]));
}
