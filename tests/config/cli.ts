/** What `pulumi config set` and `rm` do to a stack's configuration, as far as the suggested commands need. */
import { execFileSync } from "node:child_process";

export interface Stored {
  /** As the engine hands it over: text as it is, everything else as JSON. */
  raw: Record<string, string>;
  secretKeys: Set<string>;
}

type Node = Record<PropertyKey, unknown>;

/** Runs a command line on a copy of the configuration. @param typed answers to prompts for secrets */
export function run(line: string, stored: Stored, typed: (name: string) => string): Stored {
  const raw = { ...stored.raw };
  const secretKeys = new Set(stored.secretKeys);
  for (const part of line.split(/ && (?=pulumi )/)) {
    const [last, generator] = part.split(" | ").reverse();
    const words = wordsOf(last);
    if (words.splice(0, 2).join(" ") !== "pulumi config") throw new Error(`no command of the CLI: ${part}`);
    configure(raw, secretKeys, words, (name) => (generator === undefined ? typed(name) : outputOf(generator, name)));
  }
  return { raw, secretKeys };
}

const outputs = new Map<string, string>();
/** Output of a command that generates a secret, or prints a file: the same for a key each time. */
function outputOf(command: string, name: string): string {
  const output = outputs.get(name) ?? execFileSync("sh", ["-c", command], { encoding: "utf8" }).trim();
  outputs.set(name, output);
  return output;
}

/** Splits words like a shell, with quotes but no other expansion. */
const wordsOf = (line: string): string[] => [...line.matchAll(/(?:'[^']*'|"[^"]*"|\\'|[^\s'"])+/g)]
  .map(([word]) => word.replace(/'([^']*)'|"([^"]*)"|\\(')/g, (_, ...parts: (string | undefined)[]) => parts.slice(0, 3).find((part) => part !== undefined) ?? ""));

function configure(raw: Record<string, string>, secretKeys: Set<string>, [verb, ...words]: string[], ask: (name: string) => string): void {
  const flags = new Map<string, string | true>();
  const given: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--") given.push(...words.splice(0));
    else if (word === "--stack" || word === "--type") flags.set(word, words.shift()!);
    else if (word === "--path" || word === "--secret") flags.set(word, true);
    else if (word.startsWith("-")) throw new Error(`unknown shorthand flag: '${word[1]}' in ${word}`);
    else given.push(word);
  }
  const [key, word = flags.has("--secret") ? ask(key) : undefined, ...more] = given;
  const text = word?.startsWith("$(") ? outputOf(word.slice(2, -1), key) : word;
  if (more.length > 0 || (verb === "set") !== (text !== undefined)) throw new Error(`a command with other words than it takes: ${given.join(" ")}`);
  const [first, ...rest] = flags.has("--path") ? pathOf(key) : [key];
  const name = String(first);
  if (flags.has("--secret")) secretKeys.add(name);
  if (rest.length === 0) {
    if (text === undefined) { delete raw[name]; secretKeys.delete(name); } else raw[name] = text;
    return;
  }
  const root: Node = { value: parsed(raw[name]) };
  let holder = root;
  let leaf: PropertyKey = "value";
  for (const step of rest) {
    const next = into(holder, leaf, step, verb === "rm");
    if (next === undefined) return;
    [holder, leaf] = [next, step];
  }
  if (text !== undefined) {
    if (Array.isArray(holder)) for (let at = holder.length; at < Number(leaf); at++) holder[at] = null;
    holder[leaf] = flags.get("--type") === "string" ? text : typedAs(text);
  } else if (Array.isArray(holder)) holder.splice(Number(leaf), 1);
  else delete holder[leaf];
  raw[name] = JSON.stringify(root.value);
}

/** What a step into a member finds there; where nothing is, or a mere value at the top, it makes what the next step is into. */
function into(node: Node, member: PropertyKey, step: PropertyKey, toRemove: boolean): Node | undefined {
  const found = node[member];
  if (typeof found !== "object" || found === null) {
    if (toRemove) return undefined;
    if (found !== undefined && found !== null && member !== "value") throw new Error(`${String(member)}: expected a map`);
    return (node[member] = typeof step === "number" ? [] : {}) as Node;
  }
  if (Array.isArray(found) !== (typeof step === "number")) throw new Error(`key for ${Array.isArray(found) ? "an array must be an int" : "a map must be a string"}`);
  return found as Node;
}

const pathOf = (text: string): PropertyKey[] => [...text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)]
  .map(([, quoted, index, plain]) => (index !== undefined ? Number(index) : quoted !== undefined ? JSON.parse(`"${quoted}"`) as string : plain));

/** With `--path` "true" and "false" are booleans and integers numbers; all else is text. */
const typedAs = (text: string): unknown => (/^(true|false|0|-?[1-9]\d*)$/.test(text) ? JSON.parse(text) as unknown : text);

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
