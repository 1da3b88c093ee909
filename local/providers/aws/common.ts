import { randomInt } from "node:crypto";
import { s3Facts } from "../../services/s3";
import { malformed, parsePolicy } from "../../aws/policy";
import { Fault, Properties, UNKNOWN } from "../resource";

/** The account's error for something that does not exist. */
export const region = (inputs: Properties): string => inputs.region ?? s3Facts.region;

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An identifier in AWS's form: four letters for its kind, and sixteen of its own. */
export const uniqueId = (kind: "AKIA" | "AIDA" | "AGPA"): string => kind + Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join("");

/** Refuses an invalid policy before anything is created. */
export const policyCheck = (property: string, kind: "identity" | "resource") => (inputs: Properties): Fault[] => {
  const text = inputs[property];
  if (text === undefined || text === UNKNOWN) return [];
  try {
    parsePolicy(text, kind);
    return [];
  } catch (error) {
    return [{ property, reason: error instanceof Error ? error.message : String(malformed(String(error))) }];
  }
};

/** Whether two JSON texts are equivalent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "string" || typeof b !== "string") return false;
  try {
    return canonical(JSON.parse(a)) === canonical(JSON.parse(b));
  } catch {
    return false;
  }
}

const canonical = (value: unknown): string => JSON.stringify(value, (_key, member: unknown) =>
  member && typeof member === "object" && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member);

export const missing = (what: string, name: string): Error => new Error(`NoSuchEntity: there is no ${what} ${name}`);
