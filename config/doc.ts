import * as z from "zod";

/** What a person needs to know of one key. The faults and the reference page both speak from it. */
export interface Doc {
  /** What it is for, in a sentence or two. */
  description: string;
  /** What is allowed, in words. */
  allowed: string;
  /** A value to type: of an element where the key is a list, of an entry where it is a map. What only a person knows is a `<blank>` in it. Secrets have none. */
  example?: string;
  /** Name of the example's entry, where the key is a map. */
  entry?: string;
  /** The default in words, where it is derived and no literal. */
  defaultText?: string;
  /** Kept encrypted in the stack's file; set with `--secret`. */
  secret?: boolean;
  /** What is given is never repeated, because it may be a secret set in the wrong place. */
  concealed?: boolean;
  /** A command whose output is a good value. */
  generate?: string;
  /** Where the key is a generation, or has one of each machine: what a lower one than is in use would do. */
  lowered?: string;
  /** Where it is handed over from one generation to the next: what would be done by one that leaves the next out. */
  skipped?: string;
}

const docs = z.registry<Doc>();

/** Gives a schema its documentation. */
export function key<T extends z.ZodType>(schema: T, doc: Doc): T {
  docs.add(schema, doc);
  return schema;
}

/** Gives a group its documentation. What is allowed in it are its members. */
export const group = <T extends z.ZodType>(schema: T, doc: Omit<Doc, "allowed">): T =>
  key(schema, { ...doc, allowed: new Intl.ListFormat("en-GB").format(Object.keys((bare(schema) as z.ZodObject).shape)) });

/** The documentation of a schema, or undefined where none was given. */
export const docOf = (schema: z.ZodType): Doc | undefined => docs.get(schema);

/** What a key takes, as the reference page and the parser of raw values see it. */
export type Kind = "text" | "whole number" | "true or false" | "list" | "map" | "group";

const kinds: Partial<Record<z.ZodType["def"]["type"], Kind>> = {
  string: "text", number: "whole number", boolean: "true or false", array: "list", record: "map", object: "group",
};

/** The schema below defaults, optionality and what is done to a value first. */
export function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return bare(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodPipe ? bare(schema.out as z.ZodType) : schema;
}

/** @throws on a schema of a kind that no key has: the page and the parser must learn it first. */
export function kindOf(schema: z.ZodType): Kind {
  const kind = kinds[bare(schema).def.type];
  if (kind === undefined) throw new Error(`config: no key is of kind ${bare(schema).def.type}`);
  return kind;
}

/** The schema of a member of a group, an element of a list or an entry of a map; undefined where there is none. */
export function child(schema: z.ZodType, name: PropertyKey): z.ZodType | undefined {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) return inner.shape[String(name)] as z.ZodType | undefined;
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  return undefined;
}

/** A key as a group has it. */
export interface Member {
  path: string[];
  schema: z.ZodType;
  /** The group that it is in. */
  group: z.ZodType;
}

/** All that can be set in a group, depth first: a group is followed by its members. */
export function membersOf(group: z.ZodType, prefix: string[] = []): Member[] {
  return Object.entries((bare(group) as z.ZodObject).shape as Record<string, z.ZodType>).flatMap(([name, schema]) => {
    const path = [...prefix, name];
    return [{ path, schema, group }, ...(kindOf(schema) === "group" ? membersOf(schema, path) : [])];
  });
}

/** The literal default, or undefined where the key is required, optional or derived. */
export function defaultOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
}
