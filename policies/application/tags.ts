import { dropletTypes, templateOf } from "../machines/droplet-template";
import type { Rule } from "../rule";

/** Tags that each type must carry: DigitalOcean's are words (`role:…`), those in AWS are pairs. */
const needed: Record<string, string[]> = {
  ...Object.fromEntries(dropletTypes.map((type) => [type, ["project", "stack", "role"]])),
  ...Object.fromEntries([
    "digitalocean:index/volume:Volume", "digitalocean:index/volumeSnapshot:VolumeSnapshot", "digitalocean:index/nfs:Nfs",
    "digitalocean:index/databaseCluster:DatabaseCluster", "digitalocean:index/vectorDatabase:VectorDatabase",
    "aws:s3/bucket:Bucket", "aws:s3/directoryBucket:DirectoryBucket", "aws:s3/vectorsVectorBucket:VectorsVectorBucket", "aws:s3tables/tableBucket:TableBucket",
    "aws:kms/key:Key", "aws:kms/externalKey:ExternalKey", "aws:kms/replicaKey:ReplicaKey", "aws:kms/replicaExternalKey:ReplicaExternalKey",
    "aws:iam/user:User", "aws:iam/role:Role", "aws:rds/instance:Instance", "aws:rds/cluster:Cluster",
  ].map((type) => [type, ["project", "stack"]])),
};

export const tags: Rule = {
  name: "required-tags",
  types: Object.keys(needed),
  chapter: "Application",
  severity: "low",
  demands: "Every resource that can be tagged has tags for project and stack; a droplet also has exactly one role's, by which firewalls select it.",
  wrong: "Nobody knows what it belongs to or who pays for it, and no firewall applies to it.",
  fix: "use tagsOf, stackTag or tagsInAws (components/naming.ts, components/network.ts).",
  answers: ["required-tags (AWS Config)"],
  *check(inputs, { type }) {
    const given: unknown = templateOf(inputs).tags;
    const present = Array.isArray(given) ? given.map((tag: string) => tag.split(":")[0]) : Object.keys((given as object | undefined) ?? {});
    if (needed[type].includes("role") && present.filter((key) => key === "role").length > 1) yield "it has more than one role: what is open for one of them is open for all";
    const missing = needed[type].filter((key) => !present.includes(key));
    if (missing.length > 0) yield `it has no tag for ${missing.join(", ")}`;
  },
};
