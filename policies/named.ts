import type { PolicyResource } from "@pulumi/policy";
import { known } from "./unknown";

/** What is named by an id, and which of its outputs that is. */
export interface Named {
  is(resource: PolicyResource): boolean;
  id(resource: PolicyResource): unknown;
}

/** Reads the elements of a list one by one: a preview may know some. */
export const each = <T>(list: readonly T[]): (() => T)[] => Array.from({ length: list.length }, (_, i) => () => list[i]);

/**
 * Whether all ids that an input names are of these resources. An id that is known says so itself, and an update knows all. Of the others a preview
 * knows whom the program refers to: of these alone, and enough of them, or of others alone. What is neither is not judged, and throws.
 * A provider may not tell an id at all, as the local cloud's; then, too, the references count.
 */
export function nameOnly(these: PolicyResource[], { is, id }: Named, { propertyDependencies }: PolicyResource, input: string, ids: (() => unknown)[]): boolean {
  const own = these.flatMap((one) => known(() => id(one)) ?? []).map(String); // a droplet's id is a text of digits; who names it gives a number
  const isUntold = these.some((one) => known(() => id(one) === undefined));
  const given = ids.map(known).map((one) => (isUntold && !own.includes(String(one)) ? undefined : one));
  if (given.some((one) => one !== undefined && !own.includes(String(one)))) return false;
  const waiting = given.filter((one) => one === undefined).length;
  if (waiting === 0) return true;
  const references = (propertyDependencies[input] ?? []).filter(is);
  const ours = references.filter(({ urn }) => these.some((one) => one.urn === urn));
  if (ours.length === references.length && ours.length >= waiting) return true;
  if (ours.length === 0 && references.length > 0) return false;
  return ids.every((read) => own.includes(String(read()))); // what is hidden throws when it is read
}
