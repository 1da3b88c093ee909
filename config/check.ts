import * as path from "node:path";
import { validate, type Verdict } from "./validate";
import { written } from "./written";

/** Where the stacks' files are. */
const root = path.resolve(__dirname, "..");

/** Whose keys a stack's file may hold beside ours: the engine's, and those of the providers that the program uses. */
export const otherNamespaces = ["aws", "command", "digitalocean", "pulumi", "random", "tls"];

/** A configuration as the engine hands it over: by keys with their namespace. */
export type Given = Readonly<Record<string, { value: string; secret?: boolean }>>;

/** Checks all of a stack's configuration, and that none of its secrets stands in its file in plain text. */
export function check(project: string, stack: string, config: Given, directory = root): Verdict {
  const own = byOwnName(project, config);
  const secretKeys = new Set(Object.entries(own).filter(([, { secret }]) => secret).map(([name]) => name));
  const raw = Object.fromEntries(Object.entries(own).map(([name, { value }]) => [name, value]));
  return validate(raw, secretKeys, stack, byOwnName(project, written(stack, directory)));
}

/** Our keys, without the project's name. One of a namespace that nobody reads keeps its name: it is a misspelt one of ours. */
function byOwnName<T>(project: string, config: Readonly<Record<string, T>>): Record<string, T> {
  const entries = Object.entries(config).flatMap(([name, value]): [string, T][] => {
    if (name.startsWith(`${project}:`)) return [[name.slice(project.length + 1), value]];
    return otherNamespaces.some((namespace) => name.startsWith(`${namespace}:`)) ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}
