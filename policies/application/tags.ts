import { dropletTypes, templateOf } from "../machines/droplet-template";
import type { Rule } from "../rule";

/** Tags that each type must carry: DigitalOcean's are words (`role:…`), those in AWS are pairs. */
const needed: Record<string, string[]> = {
  ...Object.fromEntries(dropletTypes.map((type) => [type, ["project", "stack", "role"]])),
  "digitalocean:index/volume:Volume": ["project", "stack"],
  "digitalocean:index/databaseCluster:DatabaseCluster": ["project", "stack"],
  "aws:s3/bucket:Bucket": ["project", "stack"],
  "aws:kms/key:Key": ["project", "stack"],
  "aws:iam/user:User": ["project", "stack"],
  "aws:rds/instance:Instance": ["project", "stack"],
  "aws:rds/cluster:Cluster": ["project", "stack"],
};

export const tags: Rule = {
  name: "required-tags",
  types: Object.keys(needed),
  chapter: "Application",
  severity: "low",
  demands: "Everything that can be tagged says whose it is: project and stack, and a droplet its role, by which firewalls select it.",
  wrong: "Nobody knows what it belongs to or who pays for it, and no firewall selects it.",
  mend: "use tagsOf, stackTag or tagsInAws (components/naming.ts, components/network.ts).",
  answers: ["required-tags (AWS Config)"],
  *check(inputs, { type }) {
    const given: unknown = templateOf(inputs).tags;
    const present = Array.isArray(given) ? given.map((tag: string) => tag.split(":")[0]) : Object.keys((given as object | undefined) ?? {});
    const missing = needed[type].filter((key) => !present.includes(key));
    if (missing.length > 0) yield `it has no tag for ${missing.join(", ")}`;
  },
};
