import * as kms from "@pulumi/aws/kms";
import * as s3 from "@pulumi/aws/s3";
import type * as types from "@pulumi/aws/types";
import * as pulumi from "@pulumi/pulumi";
import { backupBucketPolicy } from "./bucket-policies";
import { physicalName, tagsInAws } from "./naming";

/** How long things stay in a backup bucket, in days. */
export interface Retention {
  /** How long removed and overwritten objects are kept. Nothing else expires. */
  archiveDays: number;
  /** Object Lock: what is written cannot be deleted for this long. 0 locks nothing more. */
  lockDays: number;
}

/** Arguments of `BackupBucket`. */
export interface BackupBucketArgs {
  /** What is in it, e.g. `postgres`; part of its name. */
  purpose: string;
  /** AWS account that owns it; part of its name. */
  accountId: pulumi.Input<string>;
  /** KMS key that encrypts it. */
  key: kms.Key;
  /** Bucket for its access logs. */
  logs: s3.Bucket;
  /** How long objects and versions are kept. */
  retention: Retention;
  /** Refuse to delete the bucket. Otherwise deleting it deletes everything in it. */
  protect: boolean;
}

/** Bucket names are unique in the whole world, so the account's number is part of ours. */
export const bucketName = (what: string, accountId: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.interpolate`${physicalName(what)}-${accountId}`;

/** The settings of every bucket of ours: versioned, no public access, no ACLs. */
export function versionedAndPrivate(name: string, { bucket }: s3.Bucket, parent: pulumi.Resource) {
  const child = { parent };
  const versioning = new s3.BucketVersioning(`${name}-versioning`, { bucket, versioningConfiguration: { status: "Enabled" } }, child);
  const blocked = new s3.BucketPublicAccessBlock(`${name}-access`, {
    bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true,
  }, child);
  new s3.BucketOwnershipControls(`${name}-ownership`, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, child);
  return { versioning, blocked };
}

/** Encryption with the bucket's own key and no other. SSE-C is blocked: nobody could read an object without the key that its writer brought along. */
export const encryptedBy = (applyServerSideEncryptionByDefault: types.input.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefault) =>
  ({ applyServerSideEncryptionByDefault, blockedEncryptionTypes: ["SSE-C"] });

/**
 * A bucket for backups: versioned, locked, encrypted with a key of ours, reachable over TLS only and by nobody outside the
 * account. When a backup tool removes an object, a version stays behind; it moves to colder storage and expires after `archiveDays`.
 */
export class BackupBucket extends pulumi.ComponentResource {
  readonly bucket: s3.Bucket;
  /** Versions, lock and policy are in force. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:backups:Bucket", name, {}, opts);
    const { retention, protect } = args;
    this.bucket = new s3.Bucket(name, {
      bucket: bucketName(args.purpose, args.accountId),
      // Always on: without a rule it locks nothing, and changing it later would replace the bucket with all that is in it.
      objectLockEnabled: true,
      forceDestroy: !protect,
      tags: tagsInAws(),
    }, {
      parent: this, protect, retainOnDelete: protect,
      ignoreChanges: ["objectLockEnabled"], // a bucket made without it gets it with its first rule
    });
    const of = { bucket: this.bucket.bucket };
    const child = { parent: this };

    const { versioning, blocked } = versionedAndPrivate(name, this.bucket, this);
    new s3.BucketServerSideEncryptionConfiguration(`${name}-encryption`, {
      ...of, rules: [{ ...encryptedBy({ sseAlgorithm: "aws:kms", kmsMasterKeyId: args.key.arn }), bucketKeyEnabled: true }],
    }, child);
    new s3.BucketLogging(`${name}-logging`, { ...of, targetBucket: args.logs.bucket, targetPrefix: `${args.purpose}/` }, child);
    // Lock and expiry act on versions.
    const versioned = { ...child, dependsOn: [versioning] };
    const lock = retention.lockDays === 0 ? [] : [new s3.BucketObjectLockConfiguration(`${name}-lock`, {
      ...of, rule: { defaultRetention: { mode: protect ? "COMPLIANCE" : "GOVERNANCE", days: retention.lockDays } },
    }, versioned)];
    new s3.BucketLifecycleConfiguration(`${name}-lifecycle`, { ...of, rules: lifecycle(retention.archiveDays) }, versioned);
    const policy = new s3.BucketPolicy(`${name}-policy`, {
      ...of, policy: this.bucket.arn.apply(backupBucketPolicy),
    }, { ...child, dependsOn: [blocked] }); // AWS refuses two changes of a bucket's access at once
    this.ready = [versioning, policy, ...lock];
    this.registerOutputs({ bucket: this.bucket.bucket });
  }
}

/**
 * Current objects never expire: the backup tool removes what it no longer wants, and only then does the time until expiry begin.
 * A restore reads current objects, so they move no further than to storage that answers at once; AWS leaves small ones where they are.
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
