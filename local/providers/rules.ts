/** What models of several providers have in common. */
import { randomBytes } from "node:crypto";
import { Fault, Properties, UNKNOWN } from "./resource";

export type Check = (inputs: Properties) => Fault[];

export const checks = (...list: Check[]): Check => (inputs) => list.flatMap((check) => check(inputs));

/** Checks a property against a rule, unless it is not given or not known yet. */
export const rule = (property: string, holds: (value: any) => boolean, reason: string): Check => ({ [property]: value }) =>
  value === undefined || value === UNKNOWN || holds(value) ? [] : [{ property, reason }];

export const among = (property: string, allowed: readonly unknown[]): Check => (inputs) =>
  rule(property, (value) => allowed.includes(value), `must be one of ${allowed.join(", ")}; got ${String(inputs[property])}`)(inputs);

export const known = (value: unknown): boolean => value !== undefined && value !== UNKNOWN;

/** Sets that the schema declares as lists: their order is no difference. Tags are case-insensitive. */
export function sameSet(a: unknown, b: unknown): boolean {
  const sorted = (list: unknown): string[] | undefined =>
    Array.isArray(list) && !list.includes(UNKNOWN) ? [...new Set(list.map((item) => canonical(item)))].sort() : undefined;
  const [left, right] = [sorted(a ?? []), sorted(b ?? [])];
  return left !== undefined && right !== undefined && left.join("\n") === right.join("\n");
}

const canonical = (item: unknown): string => (typeof item === "string" ? item : JSON.stringify(item));

/** `same` of a model whose named inputs are sets. */
export const setInputs = (...properties: string[]) => (property: string, olds: Properties, news: Properties): boolean =>
  properties.includes(property) && sameSet(olds[property], news[property]);

/** Only the properties that are set. */
export const present = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)));

/** The named properties of an object. */
export const pick = (whole: Properties, ...names: string[]): Properties =>
  Object.fromEntries(names.filter((name) => whole[name] !== undefined).map((name) => [name, whole[name]]));

/** The name that the official provider gives where the program gave none, of letters that every service takes. */
export function autoName(property: string, inputs: Properties, olds: Properties | undefined, urn: string): Properties {
  if (inputs[property] !== undefined || inputs[`${property}Prefix`] !== undefined) return inputs;
  return { ...inputs, [property]: olds?.[property] ?? `${urn.split("::").at(-1)}-${randomBytes(4).toString("hex").slice(0, 7)}` };
}

/** What is only in the state, with nothing outside that could be imported: a command has run, a key was made. */
export function remembered(state: Properties): { inputs: Properties; outputs: Properties } {
  if (Object.keys(state).length === 0) throw new Error("this type cannot be imported: it exists only in the state");
  return { inputs: state, outputs: state };
}
