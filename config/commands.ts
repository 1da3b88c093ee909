import type * as z from "zod";
import { child, type Doc, docOf, kindOf } from "./doc";
import { pathText } from "./path";
import { quoted } from "../machine/shell";

/** What a command leaves to the person who types it: `<your address>`. */
export const blank = /<[a-z][a-z ]*>/;

const command = (verb: "set" | "rm", stack: string | undefined, ...words: string[]): string =>
  ["pulumi config", verb, ...(stack === undefined ? [] : ["--stack", quoted(stack)]), ...words].join(" ");

/** What begins with a hyphen would be taken for a flag. */
const argument = (word: string): string[] => [...(word.startsWith("-") ? ["--"] : []), quoted(word)];

const pathWords = (path: readonly PropertyKey[]): string[] => (path.length > 1 ? ["--path", ...argument(pathText(path))] : argument(String(path[0])));

/**
 * The command that sets a key. A secret's value is never in it: Pulumi asks for it, or reads it from a pipe.
 * @param value what to set it to; the example of its documentation if left out
 */
export function setCommand(stack: string | undefined, path: readonly PropertyKey[], schema: z.ZodType, doc: Doc, value = doc.example): string {
  const target = elementPath(path, schema, doc);
  if (doc.secret) {
    const set = command("set", stack, "--secret", ...pathWords(target));
    return doc.generate === undefined ? set : `${doc.generate} | ${set}`;
  }
  const text = value ?? "<value>";
  // A `$(…)` is for the shell to expand.
  const word = text.startsWith("$(") ? `"${text}"` : quoted(text);
  const isText = kindOf(target.length > path.length ? child(schema, target[target.length - 1])! : schema) === "text";
  const type = isText && target.length > 1 && takenForAnother.test(text) ? ["--type string"] : [];
  return command("set", stack, ...type, ...pathWords(target), ...(text.startsWith("-") ? ["--"] : []), word);
}

/** What the CLI makes numbers and booleans of, inside of a list, a map or a group: whatever fills a blank may be one. */
const takenForAnother = new RegExp(`^(true|false|-?(\\d+|${blank.source}))$`);

/** The commands that add to a list. @param written how many elements the stack's file has, of those that the list has by now */
export const appendCommand = (stack: string, path: readonly PropertyKey[], { schema, doc }: Found, list: readonly unknown[], written: number): string =>
  list.map((value, index) => setCommand(stack, [...path, index], child(schema, index)!, doc, String(value))).slice(written).join(" && ");

/** The command that removes a key. */
export const removeCommand = (stack: string | undefined, path: readonly PropertyKey[]): string => command("rm", stack, ...pathWords(path));

/** The command that gives a stack another name, and its file. */
export const renameCommand = (stack: string, name: string): string => `pulumi stack rename --stack ${quoted(stack)} ${quoted(name)}`;

/** A list is set by its first element, a map by the entry of its example. */
function elementPath(path: readonly PropertyKey[], schema: z.ZodType, doc: Doc): readonly PropertyKey[] {
  const kind = kindOf(schema);
  if (kind === "list") return [...path, 0];
  if (kind === "map") return [...path, doc.entry ?? "NAME"];
  return path;
}

/** A key found by its path, with the documentation that is nearest to it. */
export interface Found {
  path: readonly PropertyKey[];
  schema: z.ZodType;
  doc: Doc;
}

/** Follows a path into the schema as far as it goes. */
export function find(root: z.ZodType, path: readonly PropertyKey[]): Found | undefined {
  let found: Found | undefined;
  let schema: z.ZodType | undefined = root;
  for (const [depth, name] of path.entries()) {
    schema = child(schema, name);
    if (schema === undefined) break;
    const doc: Doc | undefined = docOf(schema) ?? found?.doc;
    if (doc !== undefined) found = { path: path.slice(0, depth + 1), schema, doc };
  }
  return found;
}
