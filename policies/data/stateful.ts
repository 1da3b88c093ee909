import type { Rule } from "../rule";

/** What cannot be made again. */
const stateful = [
  "digitalocean:index/volume:Volume",
  "digitalocean:index/reservedIp:ReservedIp",
  "digitalocean:index/databaseCluster:DatabaseCluster",
  "digitalocean:index/spacesBucket:SpacesBucket",
  "aws:s3/bucket:Bucket",
  "aws:kms/key:Key",
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
];

export const statefulProtected: Rule = {
  name: "stateful-protected",
  types: stateful,
  chapter: "Data",
  severity: "high",
  demands: "What cannot be made again (volumes, buckets, keys, databases, the reserved address) is protected, unless the stack is a throw-away one.",
  wrong: "A slip in the program, or a renamed resource, deletes it.",
  mend: "set the protect option, or `pulumi config set throwaway true` where nobody would miss the stack.",
  answers: [],
  *check(_inputs, { opts, settings }) {
    if (!settings.throwaway && !opts.protect) yield "it is not protected";
  },
};
