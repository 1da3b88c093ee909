import { regions } from "../../../config/sizes";
import { Properties, ResourceModel, UNKNOWN } from "../resource";
import { among, autoName, Check, rule } from "../rules";

/** The official provider assumes that two resources cannot have the same name: with a name from the program, the old one is deleted before it is replaced. */
const givenName = ({ name }: Properties, urn: string): boolean =>
  typeof name !== "string" || !name.toLowerCase().startsWith(`${urn.split("::").at(-1)!.toLowerCase()}-`) || !/-[0-9a-f]{7}$/.test(name);

/** Of every resource whose name the engine would make up. */
export const named: Pick<ResourceModel, "normalize" | "deleteBeforeReplace"> = {
  normalize: (inputs, olds, urn) => autoName("name", inputs, olds, urn),
  deleteBeforeReplace: givenName,
};

export const regionCheck: Check = among("region", regions);

/** DigitalOcean's rule for tags, on resources and as resources. */
export const tagPattern = /^[a-zA-Z0-9:\-_]{1,255}$/;
export const tagRule = "may contain letters, digits, colons, dashes and underscores, at most 255";

export const tagsCheck: Check = rule("tags",
  (tags: unknown[]) => tags.every((tag) => tag === UNKNOWN || tagPattern.test(String(tag))), `each tag ${tagRule}`);
