import type { BucketLifecycleConfigurationArgs, BucketOwnershipControlsArgs, BucketServerSideEncryptionConfigurationArgs, BucketVersioningArgs } from "@pulumi/aws/s3";
import { ruleFor, type Rule } from "../rule";

const s3 = (what: string): string => `aws:s3/bucket${what}:Bucket${what}`;

/** The settings of a bucket in S3, each a resource: that a bucket has them all is another rule's (bucket-parts.ts). */
export const bucketSettingRules: Rule[] = [
  ruleFor<BucketVersioningArgs>(s3("Versioning"), {
    name: "s3-versioned",
    chapter: "Data",
    severity: "high",
    demands: "S3 buckets are versioned.",
    wrong: "An object that is overwritten or deleted, by mistake or by an intruder, is lost.",
    fix: "set versioningConfiguration.status to Enabled.",
    answers: ["CKV_AWS_21", "AWS-0090", "s3-bucket-no-versioning"],
    *check({ versioningConfiguration }) {
      if (versioningConfiguration?.status !== "Enabled") yield "versioning is not enabled";
    },
  }),
  ruleFor<BucketServerSideEncryptionConfigurationArgs>(s3("ServerSideEncryptionConfiguration"), {
    name: "s3-encrypted",
    chapter: "Data",
    severity: "high",
    demands: "S3 buckets encrypt their objects.",
    wrong: "Objects are as readable as the disk that they are on.",
    fix: "set applyServerSideEncryptionByDefault: sseAlgorithm aws:kms with a key of ours.",
    answers: ["CKV_AWS_19", "AWS-0088", "s3-bucket-no-default-encryption"],
    *check({ rules }) {
      if (!(rules ?? []).some(({ applyServerSideEncryptionByDefault: by }) => /^(AES256|aws:kms(:dsse)?)$/.test(by?.sseAlgorithm ?? ""))) yield "default encryption is off";
    },
  }),
  ruleFor<BucketOwnershipControlsArgs>(s3("OwnershipControls"), {
    name: "s3-no-acl",
    chapter: "Data",
    severity: "medium",
    demands: "ACLs are off: the bucket's owner owns every object in it.",
    wrong: "The writer of an object decides who can read it, whatever the bucket's policy says.",
    fix: "set rule.objectOwnership to BucketOwnerEnforced.",
    answers: ["CKV2_AWS_65"],
    *check({ rule }) {
      if (rule?.objectOwnership !== "BucketOwnerEnforced") yield "ACLs are on";
    },
  }),
  ruleFor<BucketLifecycleConfigurationArgs>(s3("LifecycleConfiguration"), {
    name: "s3-lifecycle",
    chapter: "Data",
    severity: "medium",
    demands: "A bucket's lifecycle is enabled, expires something, and removes aborted uploads within a week.",
    wrong: "Invisible parts of uploads, and old versions, cost money for ever.",
    fix: "add an enabled rule with abortIncompleteMultipartUpload.daysAfterInitiation of 7 or less, and an expiry.",
    answers: ["CKV_AWS_300", "CKV2_AWS_61"],
    *check({ rules }) {
      const inForce = (rules ?? []).filter(({ status }) => status === "Enabled");
      const cleaned = inForce.some(({ abortIncompleteMultipartUpload: aborted, filter, prefix }) =>
        (aborted?.daysAfterInitiation ?? 99) <= 7 && !Object.values(filter ?? {}).some(Boolean) && !prefix);
      if (!cleaned) yield "aborted uploads of the whole bucket are not cleaned up within a week";
      if (!inForce.some((rule) => rule.expiration?.days || rule.noncurrentVersionExpiration?.noncurrentDays)) yield "nothing ever expires";
    },
  }),
];
