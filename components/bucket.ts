import * as kms from "@pulumi/aws/kms";
import * as s3 from "@pulumi/aws/s3";
import type * as types from "@pulumi/aws/types";
import * as pulumi from "@pulumi/pulumi";
import { backupBucketPolicy } from "./bucket-policies";
import { physicalName, tagsInAws } from "./naming";

/** How long things stay in a backup bucket, in days. */
export interface Keeping {
  /** What was removed or overwritten is kept this long: the only expiry there is. */
  archiveDays: number;
  /** Object Lock: what is written cannot be deleted for this long. 0 locks nothing more. */
  lockDays: number;
}

export interface BackupBucketArgs {
  /** What is in it: part of its name, which is unique in the world by the account's number. */
  purpose: string;
  accountId: pulumi.Input<string>;
  key: kms.Key;
  /** Where requests to it are logged. */
  logs: s3.Bucket;
  keeping: Keeping;
  /** Refuse to delete it. Without, a delete takes everything in it along. */
  protect: boolean;
}

/** Names of buckets are unique in the world: the account's number makes them ours. */
export const bucketName = (what: string, accountId: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.interpolate`${physicalName(what)}-${accountId}`;

/** What every bucket of ours is: its own account's alone, with all versions of what is in it. */
export function closed(name: string, { bucket }: s3.Bucket, parent: pulumi.Resource) {
  const child = { parent };
  const versioning = new s3.BucketVersioning(`${name}-versioning`, { bucket, versioningConfiguration: { status: "Enabled" } }, child);
  const blocked = new s3.BucketPublicAccessBlock(`${name}-access`, {
    bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true,
  }, child);
  new s3.BucketOwnershipControls(`${name}-ownership`, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, child);
  return { versioning, blocked };
}

/** Under the bucket's key and no other: what is written with a key that its writer brought along, nobody reads without it. */
export const encryptedBy = (applyServerSideEncryptionByDefault: types.input.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefault) =>
  ({ applyServerSideEncryptionByDefault, blockedEncryptionTypes: ["SSE-C"] });

/**
 * A bucket that keeps what was ever written to it: versioned, locked, encrypted under a key of ours, reached over TLS
 * only, and by nobody from outside the account. A backup tool may remove what it no longer needs: it leaves a version
 * behind, which grows cold and expires after `archiveDays`.
 */
export class BackupBucket extends pulumi.ComponentResource {
  readonly bucket: s3.Bucket;
  /** It is what it claims to be: versions, lock and policy are in force. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:backups:Bucket", name, {}, opts);
    const { keeping, protect } = args;
    this.bucket = new s3.Bucket(name, {
      bucket: bucketName(args.purpose, args.accountId),
      // Always: it locks nothing without a rule, and a change of it takes the bucket away with all that is in it.
      objectLockEnabled: true,
      forceDestroy: !protect,
      tags: tagsInAws(),
    }, {
      parent: this, protect, retainOnDelete: protect,
      ignoreChanges: ["objectLockEnabled"], // a bucket that was made without gets it with its first rule
    });
    const of = { bucket: this.bucket.bucket };
    const child = { parent: this };

    const { versioning, blocked } = closed(name, this.bucket, this);
    new s3.BucketServerSideEncryptionConfiguration(`${name}-encryption`, {
      ...of, rules: [{ ...encryptedBy({ sseAlgorithm: "aws:kms", kmsMasterKeyId: args.key.arn }), bucketKeyEnabled: true }],
    }, child);
    new s3.BucketLogging(`${name}-logging`, { ...of, targetBucket: args.logs.bucket, targetPrefix: `${args.purpose}/` }, child);
    // Lock and expiry act on versions.
    const versioned = { ...child, dependsOn: [versioning] };
    const lock = keeping.lockDays === 0 ? [] : [new s3.BucketObjectLockConfiguration(`${name}-lock`, {
      ...of, rule: { defaultRetention: { mode: protect ? "COMPLIANCE" : "GOVERNANCE", days: keeping.lockDays } },
    }, versioned)];
    new s3.BucketLifecycleConfiguration(`${name}-lifecycle`, { ...of, rules: lifecycle(keeping.archiveDays) }, versioned);
    const policy = new s3.BucketPolicy(`${name}-policy`, {
      ...of, policy: this.bucket.arn.apply(backupBucketPolicy),
    }, { ...child, dependsOn: [blocked] }); // AWS refuses two changes of a bucket's access at once
    this.ready = [versioning, policy, ...lock];
    this.registerOutputs({ bucket: this.bucket.bucket });
  }
}

/**
 * Nothing current expires: what is no longer wanted, the backup tool removes, and only then does its time begin.
 * A restore reads current objects, so they go no colder than storage that answers at once; small ones stay where they are.
 */
function lifecycle(archiveDays: number) {
  const colder = [{ days: 30, storageClass: "GLACIER_IR" }, { days: 90, storageClass: "DEEP_ARCHIVE" }];
  return [
    {
      id: "grow-cold",
      status: "Enabled",
      filter: {},
      transitions: [{ days: 30, storageClass: "GLACIER_IR" }],
      noncurrentVersionTransitions: colder.filter(({ days }) => days < archiveDays)
        .map(({ days, storageClass }) => ({ noncurrentDays: days, storageClass })),
      noncurrentVersionExpiration: { noncurrentDays: archiveDays },
    },
    {
      id: "clean-up",
      status: "Enabled",
      filter: {},
      expiration: { expiredObjectDeleteMarker: true },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
    },
  ];
}
