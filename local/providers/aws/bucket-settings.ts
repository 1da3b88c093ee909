import { PutBucketOwnershipControlsCommand, PutBucketVersioningCommand, PutObjectLockConfigurationCommand, type ObjectOwnership } from "@aws-sdk/client-s3";
import { account, change, type Bucket } from "../../aws/account";
import { isPublic } from "../../aws/policy";
import { enforce, s3 } from "../../aws/s3";
import { Fault, Properties, ResourceModel, UNKNOWN } from "../resource";
import { Check, checks, rule } from "../rules";
import { policyCheck, region, sameJson } from "./common";

interface Setting {
  /** Its key in the account's bucket. */
  kind: string;
  /** Outputs that the provider fills in if they are not given. */
  defaults?: Properties;
  check?: Check;
  same?: ResourceModel["same"];
  /** Applies it to S3. @default only stored: this machine's S3 has no such setting */
  apply?(bucket: Bucket, inputs: Properties): Promise<unknown>;
  /** Removes it from S3. */
  remove?(bucket: Bucket): Promise<unknown>;
}

const keepsNoDocument = ["bucket", "region"];

/** A resource that is one setting of one bucket; its id is the bucket's name. */
function setting({ kind, defaults = {}, check, same, apply, remove }: Setting): ResourceModel {
  const outputsOf = (bucket: Bucket, document: Properties): Properties => ({ ...defaults, ...document, bucket: bucket.name, region: bucket.region });
  const find = (name: string): Bucket => {
    const found = account().buckets[name];
    if (!found) throw new Error(`NoSuchBucket: the bucket ${name} does not exist`);
    return found;
  };
  const put = async (inputs: Properties): Promise<Properties> => {
    const bucket = find(inputs.bucket);
    const document = Object.fromEntries(Object.entries({ ...defaults, ...inputs }).filter(([key]) => !keepsNoDocument.includes(key)));
    const before = bucket.settings[kind];
    change((state) => (state.buckets[bucket.name]!.settings[kind] = document));
    try {
      await apply?.(bucket, inputs);
    } catch (error) {
      change((state) => {
        if (before === undefined) delete state.buckets[bucket.name]!.settings[kind];
        else state.buckets[bucket.name]!.settings[kind] = before;
      });
      throw error;
    }
    return outputsOf(bucket, document);
  };
  return {
    check: checks(rule("expectedBucketOwner", (id) => id === account().id, "must be the account that owns the bucket"), ...(check ? [check] : [])),
    ...(same ? { same } : {}),
    create: async (inputs) => ({ id: inputs.bucket, outputs: await put(inputs) }),
    async read(id) {
      const bucket = account().buckets[id];
      const document = bucket?.settings[kind];
      if (!bucket || !document) return undefined;
      const outputs = outputsOf(bucket, document);
      return { inputs: { ...document, bucket: id, region: region(outputs) }, outputs };
    },
    update: (_id, _olds, news) => put(news),
    async delete(id) {
      const bucket = account().buckets[id];
      if (!bucket) return;
      change((state) => delete state.buckets[id]!.settings[kind]);
      await remove?.(bucket);
    },
  };
}

export const versioning = setting({
  kind: "versioning",
  check: rule("versioningConfiguration", ({ status }) => ["Enabled", "Suspended", "Disabled", UNKNOWN].includes(status), "status must be Enabled, Suspended or Disabled"),
  apply: (bucket, { versioningConfiguration: { status } }) =>
    s3().send(new PutBucketVersioningCommand({ Bucket: bucket.name, VersioningConfiguration: { Status: status } })),
  // With a lock, versioning cannot be suspended; the official provider leaves it enabled.
  remove: async (bucket) => bucket.objectLock
    || s3().send(new PutBucketVersioningCommand({ Bucket: bucket.name, VersioningConfiguration: { Status: "Suspended" } })),
});

export const objectLock = setting({
  kind: "objectLock",
  defaults: { objectLockEnabled: "Enabled" },
  check: rule("rule", ({ defaultRetention }) => {
    if (defaultRetention === UNKNOWN) return true;
    const { mode, days, years } = defaultRetention;
    return ["GOVERNANCE", "COMPLIANCE"].includes(mode) && (days === undefined) !== (years === undefined);
  }, "defaultRetention needs a mode (GOVERNANCE or COMPLIANCE) and either days or years"),
  apply: (bucket, { rule: given }) => s3().send(new PutObjectLockConfigurationCommand({
    Bucket: bucket.name,
    ObjectLockConfiguration: {
      ObjectLockEnabled: "Enabled",
      ...(given ? { Rule: { DefaultRetention: { Mode: given.defaultRetention.mode, Days: given.defaultRetention.days, Years: given.defaultRetention.years } } } : {}),
    },
  })),
  remove: (bucket) => s3().send(new PutObjectLockConfigurationCommand({ Bucket: bucket.name, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" } })),
});

export const ownershipControls = setting({
  kind: "ownership",
  check: rule("rule", ({ objectOwnership }) => ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter", UNKNOWN].includes(objectOwnership),
    "objectOwnership must be BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter"),
  apply: (bucket, { rule: { objectOwnership } }) => s3().send(new PutBucketOwnershipControlsCommand({
    Bucket: bucket.name, OwnershipControls: { Rules: [{ ObjectOwnership: objectOwnership as ObjectOwnership }] },
  })),
});

export const policy = setting({
  kind: "policy",
  check: policyCheck("policy", "resource"),
  same: (property, olds, news) => property === "policy" && sameJson(olds.policy, news.policy),
  async apply(bucket, { policy: text }) {
    if (bucket.settings.publicAccess?.blockPublicPolicy && isPublic(text)) {
      throw new Error(`AccessDenied: the policy of ${bucket.name} is public, and BlockPublicPolicy is on`);
    }
    await enforce([bucket.name]);
  },
  remove: (bucket) => enforce([bucket.name]),
});

export const publicAccessBlock = setting({
  kind: "publicAccess",
  defaults: { blockPublicAcls: false, blockPublicPolicy: false, ignorePublicAcls: false, restrictPublicBuckets: false },
});

const storageClasses = ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

export const lifecycle = setting({
  kind: "lifecycle",
  defaults: { expectedBucketOwner: "", transitionDefaultMinimumObjectSize: "all_storage_classes_128K" },
  check: ({ rules }) => (Array.isArray(rules) ? rules.flatMap(lifecycleFaults) : []),
});

const number = (value: unknown): number => (typeof value === "number" ? value : NaN); // an unknown one compares as neither more nor less

/** Faults for which AWS refuses a rule. */
function lifecycleFaults(given: Properties, index: number, all: Properties[]): Fault[] {
  const wrong = (property: string, holds: boolean, reason: string): Fault[] => (holds ? [] : [{ property: `rules[${index}].${property}`, reason }]);
  const acts = ["expiration", "transitions", "noncurrentVersionExpiration", "noncurrentVersionTransitions", "abortIncompleteMultipartUpload"];
  const moves = (property: string, days: string) => (given[property] ?? []).flatMap((move: Properties): Fault[] => [
    ...wrong(property, storageClasses.includes(move.storageClass), `storageClass must be one of ${storageClasses.join(", ")}`),
    ...wrong(property, !(number(move[days]) < 30 && ["STANDARD_IA", "ONEZONE_IA"].includes(move.storageClass)), `${days} must be 30 or more for storageClass ${move.storageClass}`),
  ]);
  const later = (expiration: string, transitions: string, days: string) =>
    (given[transitions] ?? []).every((move: Properties) => !(number(given[expiration]?.[days]) <= number(move[days])));
  return [
    ...wrong("id", all.findIndex(({ id }) => id === given.id) === index, "another rule has this id"),
    ...wrong("status", ["Enabled", "Disabled"].includes(given.status), "must be Enabled or Disabled"),
    ...wrong("id", acts.some((act) => given[act] !== undefined), "the rule does nothing"),
    ...moves("transitions", "days"),
    ...moves("noncurrentVersionTransitions", "noncurrentDays"),
    ...wrong("expiration", !(given.expiration?.days && given.expiration.expiredObjectDeleteMarker), "days and expiredObjectDeleteMarker exclude each other"),
    ...wrong("expiration", later("expiration", "transitions", "days"), "days must be more than those of each transition"),
    ...wrong("noncurrentVersionExpiration", !(number(given.noncurrentVersionExpiration?.noncurrentDays) < 1), "noncurrentDays must be 1 or more"),
    ...wrong("noncurrentVersionExpiration", later("noncurrentVersionExpiration", "noncurrentVersionTransitions", "noncurrentDays"),
      "noncurrentDays must be more than those of each noncurrentVersionTransition"),
  ];
}

export const encryption = setting({
  kind: "encryption",
  check: ({ rules }) => (Array.isArray(rules) ? rules.flatMap((each: Properties, index): Fault[] => {
    const algorithm = each.applyServerSideEncryptionByDefault?.sseAlgorithm;
    const blocked: unknown = each.blockedEncryptionTypes ?? [];
    return [
      ...(["AES256", "aws:kms", "aws:kms:dsse", undefined, UNKNOWN].includes(algorithm) ? []
        : [{ property: `rules[${index}].applyServerSideEncryptionByDefault.sseAlgorithm`, reason: "must be AES256, aws:kms or aws:kms:dsse" }]),
      ...(!Array.isArray(blocked) || blocked.every((type) => ["SSE-C", "NONE", UNKNOWN].includes(type)) ? []
        : [{ property: `rules[${index}].blockedEncryptionTypes`, reason: "must be SSE-C or NONE" }]),
    ];
  }) : []),
});

export const logging = setting({
  kind: "logging",
  async apply(_bucket, { targetBucket }) {
    if (!account().buckets[targetBucket]) throw new Error(`InvalidTargetBucketForLogging: the target bucket ${targetBucket} does not exist`);
  },
});
