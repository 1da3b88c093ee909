import type { Rule } from "../rule";

const snapshots = ["snapshot:Snapshot", "snapshotCopy:SnapshotCopy", "clusterSnapshot:ClusterSnapshot", "clusterSnapshotCopy:ClusterSnapshotCopy"].map((word) => `aws:rds/${word}`);

/** What cannot be made again. */
const stateful = [
  "digitalocean:index/volume:Volume",
  "digitalocean:index/volumeSnapshot:VolumeSnapshot",
  "digitalocean:index/dropletSnapshot:DropletSnapshot",
  "digitalocean:index/nfs:Nfs",
  "digitalocean:index/nfsSnapshot:NfsSnapshot",
  "digitalocean:index/reservedIp:ReservedIp",
  "digitalocean:index/reservedIpv6:ReservedIpv6",
  "digitalocean:index/floatingIp:FloatingIp",
  "digitalocean:index/databaseCluster:DatabaseCluster",
  "digitalocean:index/vectorDatabase:VectorDatabase",
  "digitalocean:index/spacesBucket:SpacesBucket",
  "aws:s3/bucket:Bucket",
  "aws:s3/directoryBucket:DirectoryBucket",
  "aws:s3/vectorsVectorBucket:VectorsVectorBucket",
  "aws:s3tables/tableBucket:TableBucket",
  "aws:kms/key:Key",
  "aws:kms/externalKey:ExternalKey",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:kms/replicaExternalKey:ReplicaExternalKey",
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:rds/globalCluster:GlobalCluster",
  ...snapshots,
];

export const statefulProtected: Rule = {
  name: "stateful-protected",
  types: stateful,
  chapter: "Data",
  severity: "high",
  demands: "Resources that cannot be created again (volumes, snapshots, buckets, keys, databases, reserved addresses) are protected, except in a throwaway stack.",
  wrong: "A mistake in the program, or a renamed resource, deletes it.",
  fix: "set the protect option and remove forceDestroy, or run `pulumi config set throwaway true` if the stack holds nothing of value.",
  answers: [],
  *check(inputs, { opts, settings }) {
    if (settings.throwaway) return;
    if (!opts.protect) yield "it is not protected";
    if (inputs.forceDestroy) yield "forceDestroy deletes all its content";
  },
};
