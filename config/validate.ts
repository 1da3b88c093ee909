import * as z from "zod";
import { appendCommand, find, removeCommand, setCommand } from "./commands";
import { bare, child, kindOf } from "./doc";
import { type Fault, mayHoldCredential, shorten } from "./fault";
import type { Fix } from "./formats";
import { nearest } from "./nearest";
import { pathText, valueAt } from "./path";
import { type Conflict, rules } from "./rules";
import { schema, type Validated } from "./schema";
import { nameFaults } from "./stack";
import { changedByYaml, plainIn, type Written } from "./written";

/** A config that holds, or everything that is wrong with it. */
export type Verdict = { valid: true; values: Validated } | { valid: false; faults: Fault[] };

const shape: Record<string, z.ZodType> = schema.shape;

/**
 * Checks all of a stack's configuration.
 * @param raw values as Pulumi keeps them: text as it is, everything else as JSON; keys without the project's name
 * @param secretKeys which of them are stored encrypted
 * @param stack name of the stack, for the commands
 * @param file what the stack's file says of its keys, where it can be read
 */
export function validate(raw: Readonly<Record<string, string>>, secretKeys: ReadonlySet<string>, stack: string, file: Written = {}): Verdict {
  const faults: Fault[] = [];
  const values: Record<string, unknown> = {};
  const bad = new Set<string>();
  const add = (name: string, ...found: Fault[]) => {
    faults.push(...found);
    if (found.length > 0) bad.add(name);
  };

  faults.push(...unknownKeys(stack, schema, raw, []));

  for (const [name, keySchema] of Object.entries(shape)) {
    const given = Object.hasOwn(raw, name) ? raw[name] : undefined;
    const secret = find(schema, [name])!.doc.secret ?? false;
    // What was stored as a secret is not looked at: another fault would show it.
    if (given !== undefined && !secret && secretKeys.has(name)) {
      add(name, wrongSecrecy(stack, [name], false));
      continue;
    }
    const value = decode(keySchema, given);
    // One encrypted member makes a whole key secret in the engine's eyes.
    const clear = secret && given !== undefined ? plainIn(secretKeys.has(name) ? file[name] ?? {} : value ?? given, [name]) : [];
    add(name, ...clear.map((path) => wrongSecrecy(stack, path, true)));
    if (value === undefined && given !== undefined) {
      add(name, describe(stack, given, { path: [name], ...ofAnotherKind(keySchema, given) }));
      continue;
    }
    faults.push(...unknownKeys(stack, keySchema, value, [name]));
    add(name, ...changedTexts(stack, name, keySchema, value, file[name]));
    const parsed = keySchema.safeParse(value);
    if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => fromIssue(stack, name, value, issue)));
    Object.defineProperty(values, name, parsed.success ? { enumerable: true, value: parsed.data } : { enumerable: true, get: () => sound(keySchema, value) });
  }

  for (const rule of rules) {
    if (rule.needs.some((name) => bad.has(name))) continue;
    faults.push(...unlessWrong(() => rule.check(values as Validated, stack).map((conflict) =>
      describe(stack, valueAt(values, conflict.path), conflict, Object.hasOwn(raw, conflict.path[0])))));
  }
  faults.push(...nameFaults(stack)); // at the end: the other commands call the stack by the name that it has
  return faults.length === 0 ? { valid: true, values: values as Validated } : { valid: false, faults };
}

/** What was asked for is wrong by itself. */
const wrong = new Error("wrong by itself");

/** What was given, or, of a group, what of it is right: to ask for another member throws `wrong`. So no fault of a group hides one between its other members. */
function sound(keySchema: z.ZodType, value: unknown): unknown {
  const parsed = keySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const group = bare(keySchema);
  const members = (value ?? {}) as Record<string, unknown>;
  if (!(group instanceof z.ZodObject) || typeof members !== "object" || Array.isArray(members)) throw wrong;
  return Object.defineProperties({}, Object.fromEntries(Object.keys(group.shape).map((name) =>
    [name, { enumerable: true, get: () => sound(child(group, name)!, members[name]) }])));
}

/** What a rule finds; nothing, where it asks for what is wrong by itself. */
function unlessWrong(find: () => Fault[]): Fault[] {
  try {
    return find();
  } catch (error) {
    if (error === wrong) return [];
    throw error;
  }
}

/** Text is taken as it is; everything else is JSON. Undefined when it is not. */
function decode(keySchema: z.ZodType, given: string | undefined): unknown {
  if (given === undefined || kindOf(keySchema) === "text") return given;
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return undefined;
  }
}

function fromIssue(stack: string, name: string, value: unknown, issue: z.core.$ZodIssue): Fault {
  const path = [name, ...issue.path];
  const given = valueAt(value, issue.path);
  const { schema: keySchema, doc } = find(schema, path)!;
  if (given === undefined) return describe(stack, given, { path, reason: "is missing" });
  if (issue.code === "invalid_type") return describe(stack, given, { path, ...ofAnotherKind(keySchema, given) });
  const fix: Fix = issue.code === "custom" ? issue.params ?? {} : {};
  // An element that would be there twice is one too many.
  const others: unknown = typeof path[path.length - 1] === "number" ? valueAt(value, issue.path.slice(0, -1)) : undefined;
  const there = Array.isArray(others) && others.map(String).includes(fix.value ?? doc.example ?? "");
  return describe(stack, given, { path, reason: issue.message, ...(there ? { remedy: "remove" } : fix) });
}

/** What stands where another kind belongs. A number that would do as a text is meant as one. */
function ofAnotherKind(keySchema: z.ZodType, given: unknown): Fix & { reason: string } {
  const kind = kindOf(keySchema);
  const reason = kind === "true or false" ? "is neither true nor false" : `is not ${kind === "text" ? kind : `a ${kind}`}`;
  if (kind === "group") return { reason, remedy: "remove" };
  if (kind === "list" || kind === "map") return { reason, remedy: "replace" };
  const meant = kind === "text" && (Number.isSafeInteger(given) || typeof given === "boolean") ? String(given) : undefined;
  return { reason, ...(meant !== undefined && keySchema.safeParse(meant).success ? { value: meant } : {}) };
}

/** Adds to what is wrong what was given, what is allowed and what to type. @param written whether the stack's file has the key */
function describe(stack: string, given: unknown, { path, reason, value, remedy, append, secret }: Conflict, written = true): Fault {
  const found = find(schema, path)!;
  const { path: known, schema: keySchema, doc } = found;
  const outer = find(schema, path.slice(0, 1))!.doc;
  // What stands where a group belongs may be anything.
  const hidden = given === undefined || kindOf(keySchema) === "group" || [doc, outer].some(({ secret, concealed }) => secret || concealed)
    || mayHoldCredential(JSON.stringify(given));
  const command = (): string => {
    const remove = removeCommand(stack, path);
    if (secret) {
      const other = find(schema, secret)!;
      return `${remove} && ${setCommand(stack, other.path, other.schema, other.doc)}`;
    }
    if (append) {
      const list = given as unknown[];
      return appendCommand(stack, path, found, [...list, ...append], written ? list.length : 0);
    }
    if (remedy === "remove") return remove;
    const set = setCommand(stack, known, keySchema, doc, value);
    return remedy === "replace" ? `${remove} && ${set}` : set;
  };
  return { key: pathText(path), ...(hidden ? {} : { given: shorten(given) }), reason, allowed: doc.allowed, command: command() };
}

/** Entries of a map of texts that are no longer what was typed. */
function changedTexts(stack: string, name: string, keySchema: z.ZodType, value: unknown, typed: unknown): Fault[] {
  if (kindOf(keySchema) !== "map" || kindOf(child(keySchema, "")!) !== "text" || typeof value !== "object" || value === null) return [];
  return Object.entries(value).filter(([entry, inner]) => changedByYaml(inner, valueAt(typed, [entry]))).map(([entry, inner]) =>
    describe(stack, inner, { path: [name, entry], reason: "is not quoted, so YAML reads something else: quote it", value: "<text>" }));
}

/** Members that a group does not have, at any depth. Their values are never shown: one may be a secret under a misspelt name. */
function unknownKeys(stack: string, inside: z.ZodType, value: unknown, path: readonly PropertyKey[]): Fault[] {
  const group = bare(inside);
  if (!(group instanceof z.ZodObject) || typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const known = Object.keys(group.shape);
  return Object.entries(value).flatMap(([name, member]) => {
    if (known.includes(name)) return unknownKeys(stack, child(group, name)!, member, [...path, name]);
    const near = nearest(name.replace(/^.*:/, ""), known);
    return {
      key: pathText([...path, name]),
      reason: `is not a key${near === undefined ? "" : `; did you mean ${pathText([...path, near])}?`}`,
      allowed: path.length === 0 ? "the keys of docs/configuration.md" : known.join(", "),
      command: removeCommand(stack, [...path, name]),
    };
  });
}

function wrongSecrecy(stack: string, path: readonly PropertyKey[], secret: boolean): Fault {
  const { path: known, schema: keySchema, doc } = find(schema, path)!;
  return {
    key: pathText(path),
    reason: secret ? "is a secret stored in plain text: create a new one, since this one is no longer secret"
      : "is stored as a secret, but the program puts it into plans and onto machines in plain text",
    allowed: secret ? "stored encrypted, with --secret" : "stored in plain text; what is secret goes into environmentSecrets",
    command: `${removeCommand(stack, path)} && ${setCommand(stack, known, keySchema, doc)}`,
  };
}
