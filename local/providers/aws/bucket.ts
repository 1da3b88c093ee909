import { CreateBucketCommand, DeleteBucketCommand, DeleteBucketTaggingCommand, HeadBucketCommand, PutBucketTaggingCommand } from "@aws-sdk/client-s3";
import { account, change, type Bucket } from "../../aws/account";
import { empty, s3 } from "../../aws/s3";
import { Properties, ResourceModel } from "../resource";
import { autoName, checks, pick, rule } from "../rules";
import { region } from "./common";

/** Inputs that have resources of their own since version 4 of the official provider, which kept the old inputs. */
const elsewhere = ["accelerationStatus", "acl", "corsRules", "grants", "lifecycleRules", "logging", "objectLockConfiguration", "policy",
  "replicationConfiguration", "requestPayer", "serverSideEncryptionConfiguration", "versioning", "website"];

/** What those resources set, as outputs of the bucket: the official provider reads them with the bucket. */
const inForce = ({ objectLock, settings }: Bucket): Properties => ({
  versioning: { enabled: objectLock || settings.versioning?.versioningConfiguration.status === "Enabled", mfaDelete: false },
  ...(objectLock ? { objectLockConfiguration: { objectLockEnabled: "Enabled", ...pick(settings.objectLock ?? {}, "rule") } } : {}),
  serverSideEncryptionConfiguration: {
    rule: settings.encryption?.rules[0] ?? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false },
  },
  ...(settings.logging ? { logging: pick(settings.logging, "targetBucket", "targetPrefix") } : {}),
  lifecycleRules: (settings.lifecycle?.rules ?? []).map((rule: Properties) => ({
    ...pick(rule, "id", "expiration", "transitions"),
    enabled: rule.status === "Enabled",
    prefix: rule.filter?.prefix ?? "",
    ...(rule.abortIncompleteMultipartUpload ? { abortIncompleteMultipartUploadDays: rule.abortIncompleteMultipartUpload.daysAfterInitiation } : {}),
    ...(rule.noncurrentVersionExpiration ? { noncurrentVersionExpiration: { days: rule.noncurrentVersionExpiration.noncurrentDays } } : {}),
    noncurrentVersionTransitions: (rule.noncurrentVersionTransitions ?? []).map(({ noncurrentDays: days, storageClass }: Properties) => ({ days, storageClass })),
  })),
  policy: settings.policy?.policy ?? "",
});

const outputsOf = (bucket: Bucket): Properties => ({
  bucket: bucket.name,
  bucketPrefix: "",
  bucketNamespace: "global",
  bucketRegion: bucket.region,
  region: bucket.region,
  arn: `arn:aws:s3:::${bucket.name}`,
  bucketDomainName: `${bucket.name}.s3.amazonaws.com`,
  bucketRegionalDomainName: `${bucket.name}.s3.${bucket.region}.amazonaws.com`,
  hostedZoneId: "Z3AQBSTGFYJSTF",
  objectLockEnabled: bucket.objectLock,
  tagsAll: bucket.tags,
  websiteDomain: "",
  websiteEndpoint: "",
  accelerationStatus: "",
  acl: "private",
  requestPayer: "BucketOwner",
  corsRules: [],
  grants: [],
  ...inForce(bucket),
});

async function tag(bucket: string, tags: Record<string, string>): Promise<void> {
  const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (TagSet.length === 0) await s3().send(new DeleteBucketTaggingCommand({ Bucket: bucket }));
  else await s3().send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet } }));
}

const isGone = (error: unknown): boolean => ["NoSuchBucket", "NotFound"].includes((error as Error).name);

export const bucket: ResourceModel = {
  normalize: (inputs, olds, urn) => ({ forceDestroy: false, ...autoName("bucket", inputs, olds, urn) }),
  check: checks(
    rule("bucket", (name) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes(".."), "must have 3 to 63 lowercase letters, digits, dots and dashes"),
    rule("bucketPrefix", () => false, "the local account accepts only full names"),
    ...elsewhere.map((name) => rule(name, () => false, "is set by a resource of its own (aws.s3.Bucket…)")),
  ),
  plan: ({ bucket: name }) => ({ bucket: name, ...(typeof name === "string" ? { arn: `arn:aws:s3:::${name}` } : {}) }),
  async create({ bucket: name, objectLockEnabled, tags, ...rest }) {
    await s3().send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: objectLockEnabled ?? false }));
    await tag(name, tags ?? {});
    const made = change((state) => (state.buckets[name] = {
      name, region: region(rest), tags: tags ?? {}, objectLock: objectLockEnabled ?? false, settings: {},
    }));
    return { id: name, outputs: outputsOf(made) };
  },
  async read(id, state) {
    const found = account().buckets[id];
    try {
      await s3().send(new HeadBucketCommand({ Bucket: id }));
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
    if (!found) return undefined;
    // AWS does not know of a future delete: the program's setting is kept.
    const outputs = { ...outputsOf(found), ...pick(state, "forceDestroy"), tags: found.tags };
    return { inputs: pick(outputs, "bucket", "objectLockEnabled", "region", "forceDestroy", "tags"), outputs };
  },
  async update(id, _olds, { tags }) {
    await tag(id, tags ?? {});
    return outputsOf(change((state) => {
      state.buckets[id]!.tags = tags ?? {};
      return state.buckets[id]!;
    }));
  },
  async delete(id, state) {
    try {
      if (state.forceDestroy) await empty(id);
      await s3().send(new DeleteBucketCommand({ Bucket: id }));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    change((all) => delete all.buckets[id]);
  },
};
