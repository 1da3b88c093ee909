import { randomBytes } from "node:crypto";
import { regions } from "../../../config/sizes";
import { Properties, ResourceModel, UNKNOWN } from "../resource";
import { among, Check, rule } from "../rules";

/** An automatic name in the engine's form: the resource's, and seven digits that make it unique. */
export function autoName(inputs: Properties, olds: Properties | undefined, urn: string): Properties {
  if (inputs.name !== undefined) return inputs;
  return { ...inputs, name: olds?.name ?? `${urn.split("::").at(-1)}-${randomBytes(4).toString("hex").slice(0, 7)}` };
}

/** The official provider assumes that two resources cannot have the same name: with a name from the program, the old one is deleted before it is replaced. */
const givenName = ({ name }: Properties, urn: string): boolean =>
  typeof name !== "string" || !name.toLowerCase().startsWith(`${urn.split("::").at(-1)!.toLowerCase()}-`) || !/-[0-9a-f]{7}$/.test(name);

/** For every resource with automatic names. */
export const named: Pick<ResourceModel, "normalize" | "deleteBeforeReplace"> = { normalize: autoName, deleteBeforeReplace: givenName };

export const regionCheck: Check = among("region", regions);

/** DigitalOcean's rule for tags, on resources and as resources. */
export const tagPattern = /^[a-zA-Z0-9:\-_]{1,255}$/;
export const tagRule = "may contain letters, digits, colons, dashes and underscores, at most 255";

export const tagsCheck: Check = rule("tags",
  (tags: unknown[]) => tags.every((tag) => tag === UNKNOWN || tagPattern.test(String(tag))), `each tag ${tagRule}`);
