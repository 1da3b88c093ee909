import * as z from "zod";
import { renameCommand } from "./commands";
import { key } from "./doc";
import { type Fault, shorten } from "./fault";
import { list, oneOf, pattern } from "./formats";
import { regions } from "./sizes";

const region = () => oneOf(regions, "DigitalOcean region");

/** What the stack is and where. */
export const stack = z.object({
  environment: key(pattern(/^[a-z][a-z0-9-]{0,30}$/, "is not an environment's name").optional(), {
    description: "Name of the environment, passed to the application as `SENTRY_ENVIRONMENT`. `production` requires a receiver for alerts and a store for logs.",
    allowed: "1 to 31 of a–z, 0–9 and -, a letter first",
    defaultText: "the stack's name",
    example: "staging",
  }),
  throwaway: key(z.boolean().default(false), {
    description: "The stack holds nothing of value: resources are not protected unless `protect` says so, "
      + "the image may be named by tag, and addresses kept for examples are accepted.",
    allowed: "true or false",
    example: "false",
  }),
  protect: key(z.boolean().optional(), {
    description: "Pulumi refuses to delete the database's volume, the keys and the reserved address.",
    allowed: "true or false",
    defaultText: "true, unless `throwaway`",
    example: "true",
  }),
  region: key(region().default("fra1"), {
    description: "DigitalOcean's region for everything in the stack. A change replaces every machine.",
    allowed: `one of allowedRegions; DigitalOcean has ${regions.join(", ")}`,
    example: "fra1",
  }),
  allowedRegions: key(list(region()).min(1, "is empty: there would be no place for the stack").default(["fra1", "ams3"]), {
    description: "Regions where personal data may be kept. This is a legal decision: change it together with the privacy policy.",
    allowed: `a list of DigitalOcean's regions: ${regions.join(", ")}`,
    example: "fra1",
  }),
  tags: key(list(pattern(/^[A-Za-z0-9:_-]{1,100}$/, "is not a tag")).default([]), {
    description: "Further tags for every droplet and volume, beside those of project, stack and role.",
    allowed: "a list of tags of letters, digits, `:`, `_` and `-`, 100 characters at most",
    example: "team:backend",
  }),
});

/** Buckets of S3 bear it, in 63 characters with `ringo-`, `-postgres-` and the account's number; volumes and tags take no more signs than they do. */
const longest = 35;

/** What is wrong with the name of the stack itself. */
export function nameFaults(name: string): Fault[] {
  if (name.length <= longest && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) return [];
  const meant = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, longest).replace(/^-|-$/g, "");
  return [{
    key: "the stack's name",
    given: shorten(name),
    reason: "becomes part of the names of machines, volumes and buckets, which do not allow it",
    allowed: `1 to ${longest} of a–z, 0–9 and -, a letter or digit first and last`,
    command: renameCommand(name, meant === "" ? "<name>" : meant),
  }];
}
