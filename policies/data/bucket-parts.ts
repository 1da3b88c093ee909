import type { PolicyResource } from "@pulumi/policy";
import { allows, covers, denies, mentions } from "../identity/document";
import { identityStatements, identityTypes, resourceStatements, resourceTypes } from "../identity/documents";
import { holders, type Document } from "../identity/holders";
import type { Rule } from "../rule";
import { eachKnown, few, known } from "../unknown";
import { accountIn, isOwnKey, ownArns } from "./own-account";

const bucketType = "aws:s3/bucket:Bucket";
const s3 = (what: string): string => `aws:s3/bucket${what}:Bucket${what}`;

/** What every bucket has, and what it is called. A bucket of logs logs nothing: S3 would write logs about writing logs. */
const parts: [what: string, name: string][] = [
  ["Versioning", "versioning"], ["PublicAccessBlock", "a public access block"], ["Policy", "a policy"],
  ["ServerSideEncryptionConfiguration", "encryption"], ["OwnershipControls", "ownership controls"],
  ["LifecycleConfiguration", "a lifecycle"], ["Logging", "access logging"],
];

/** Whether an input of a resource refers to this bucket: by name, where a preview knows both, or else by the program's own reference. */
function refers(part: PolicyResource, input: string, bucket: PolicyResource): boolean {
  const names = ["bucket", "id", "arn"].map((key) => known(() => bucket.props[key] as unknown)).filter((name) => name !== undefined);
  const given = known(() => part.props[input] as unknown);
  if (given !== undefined && names.length > 0) return names.includes(given);
  const references = (part.propertyDependencies[input] ?? []).filter(({ type }) => type === bucketType);
  return references.length > 0 ? references.some(({ urn }) => urn === bucket.urn) : part.props[input] !== undefined && names.includes(part.props[input]);
}

/** Whether an identity of the stack writes in this bucket. Whose documents a preview does not know yet, the update judges. */
const isWritten = (bucket: PolicyResource, resources: PolicyResource[]): boolean => {
  const name = known(() => bucket.props.bucket as unknown);
  const documents = resources.filter(({ type }) => identityTypes.includes(type)).flatMap(({ type, props }) => known(() => identityStatements(type, props)) ?? []);
  return documents.some((statement) => statement.effect === "Allow" && mentions(statement, "s3:PutObject") && (statement.notResources.length > 0 || statement.resources.some((pattern) => covers(pattern.replace(/^arn:aws[\w-]*:/, "arn:aws:"), `arn:aws:s3:::${String(name)}/any/key`))));
};

/** Each bucket with its settings: of one kind there may be several, and the last one to be applied is in force. */
const bucketsOf = (resources: PolicyResource[]) => {
  const of = (what: string) => resources.filter(({ type }) => type === s3(what));
  return resources.filter(({ type }) => type === bucketType).map((bucket) => {
    const settings = (what: string) => of(what).filter((part) => refers(part, "bucket", bucket));
    return { bucket, settings, isLog: settings("Logging").length === 0 && of("Logging").some((logging) => refers(logging, "targetBucket", bucket)) && !isWritten(bucket, resources) };
  });
};

/** By each of these old versions end: at once, by a lifecycle of a day, under a key that is then thrown away, by letting oneself. */
const destroying = ["s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration", "s3:UpdateObjectEncryption", "s3:PutBucketPolicy"];

const letIn = resourceTypes.filter((type) => /^aws:s3(control)?\//.test(type));
const nameIn = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Who may destroy versions: identities of the stack, and whomever the policy of a bucket lets in. Of which bucket does not matter: none of them has to. */
function destroyers(resources: PolicyResource[], identities: Document[][]): string[] {
  const byIdentity = identities.flatMap((documents) => {
    const all = documents.flatMap(({ statements }) => statements);
    return documents.flatMap(({ urn, statements }) => destroying.filter((action) => allows(all, action) && allows(statements, action)).map((action) => `${nameIn(urn)} allows ${action}`));
  });
  const byBucket = resources.filter(({ type }) => letIn.includes(type)).flatMap(({ type, urn, props }) => {
    const allowed = resourceStatements(type, props).filter(({ effect }) => effect === "Allow");
    return destroying.filter((action) => allowed.some((statement) => mentions(statement, action))).map((action) => `${nameIn(urn)} allows ${action}`);
  });
  return [...new Set([...byIdentity, ...byBucket])];
}

/** Whether all who write are denied it, whatever else allows it: here, or one day elsewhere. */
function versionsDenied(identities: Document[][]): boolean {
  const writers = identities.map((documents) => documents.flatMap(({ statements }) => statements)).filter((statements) => allows(statements, "s3:PutObject"));
  return writers.length > 0 && writers.every((statements) => denies(statements, "s3:DeleteObjectVersion"));
}

const yearInDays = 365;

/** Within so many days somebody looks, and sees what was taken. */
const seenInDays = 30;

/** Whom a bucket's lock holds off, of several the weakest. */
type Lock = "everybody" | "writers" | "nobody";

function lockOf(bucket: PolicyResource, locks: PolicyResource[]): Lock {
  if (bucket.props.objectLockEnabled !== true) return "nobody";
  const held = locks.map(({ props }): Lock => {
    const { mode, days, years } = props.rule?.defaultRetention ?? {};
    const time = (days ?? 0) + (years ?? 0) * yearInDays;
    if (!(time > 0)) return "nobody";
    return mode === "COMPLIANCE" && time >= seenInDays ? "everybody" : "writers";
  });
  return (["nobody", "writers", "everybody"] as const).find((whom) => held.includes(whom)) ?? "nobody";
}

export const bucketPartRules: Rule[] = [
  {
    name: "s3-complete",
    of: [bucketType],
    chapter: "Data",
    severity: "high",
    demands: "Every S3 bucket has versioning, a public access block, a policy, encryption, ownership controls, a lifecycle and access logging.",
    wrong: "Without one of these a bucket is public, unencrypted, unversioned or unlogged.",
    fix: "create it with components/bucket.ts, which has them all.",
    answers: ["CKV_AWS_18", "CKV_AWS_21", "CKV_AWS_19", "CKV2_AWS_6", "CKV2_AWS_61", "AWS-0088", "AWS-0089", "AWS-0090", "AWS-0094", "s3-bucket-no-logging", "s3-bucket-no-versioning"],
    *check(resources) {
      for (const { bucket, settings, isLog } of bucketsOf(resources)) {
        const missing = parts.filter(([what]) => !(what === "Logging" && isLog) && settings(what).length === 0).map(([, name]) => name);
        if (missing.length > 0) yield { urn: bucket.urn, found: `it has no ${missing.join(", no ").replaceAll("no a ", "no ")}`.replace("has no a ", "has no ") };
      }
    },
  },
  {
    name: "s3-own-key",
    of: [bucketType],
    chapter: "Data",
    severity: "medium",
    demands: "Every bucket except those for logs is encrypted with a KMS key of this stack.",
    wrong: "With S3's own key, read access to the bucket is enough to read the data: there is no second check, and no log of the key's use. With another account's key, that account can make the data unreadable.",
    fix: "set sseAlgorithm aws:kms and kmsMasterKeyId. S3 writes access logs under its own key only.",
    answers: ["CKV_AWS_145", "AWS-0132"],
    *check(resources) {
      const { accounts } = ownArns(resources);
      const isForeign = (id: string): boolean => {
        const account = accountIn(id); // an alias or a bare id is of the bucket's own
        return account !== undefined && accounts.size > 0 && !accounts.has(account);
      };
      yield* eachKnown(bucketsOf(resources), function* ({ bucket, settings, isLog }) {
        const rules: any[] = isLog ? [] : settings("ServerSideEncryptionConfiguration").flatMap(({ props }) => props.rules ?? []);
        const ours = rules.every(({ applyServerSideEncryptionByDefault: by }) => /^aws:kms/.test(by?.sseAlgorithm ?? "") && isOwnKey(by.kmsMasterKeyId) && !isForeign(by.kmsMasterKeyId));
        if (!ours) yield { urn: bucket.urn, found: "it is encrypted with a key that is not of this stack" };
      });
    },
  },
  {
    name: "s3-undeletable",
    of: [bucketType],
    chapter: "Data",
    severity: "critical",
    demands: "Versions in a bucket cannot be destroyed: either Object Lock in COMPLIANCE mode for 30 days or more, or no identity of the stack and no bucket policy allows it, and every writer is denied it or stopped by another lock.",
    wrong: "An intruder with the writer's key, or another key of the stack, can delete the backups first.",
    fix: "set backups.lockDays to 30 or more and protect to true, or allow s3:DeleteObjectVersion, s3:PutLifecycleConfiguration, s3:UpdateObjectEncryption and s3:PutBucketPolicy nowhere; without a lock, deny s3:DeleteObjectVersion on * to every writer, without a condition.",
    answers: ["CKV_AWS_143"],
    *check(resources) {
      const open = bucketsOf(resources).map(({ bucket, settings, isLog }) => ({ bucket, isLog, lock: lockOf(bucket, settings("ObjectLockConfiguration")) }))
        .filter(({ isLog, lock }) => !isLog && lock !== "everybody");
      if (open.length === 0) return;
      const identities = holders(resources);
      const ways = destroyers(resources, identities);
      const denied = versionsDenied(identities);
      for (const { bucket: { urn }, lock } of open) {
        if (ways.length > 0) yield { urn, found: `its versions can be deleted: ${few(ways)}` };
        else if (lock === "nobody" && !denied) yield { urn, found: "its versions can be deleted: it has no lock, and not every writer is denied it" };
      }
    },
  },
  {
    name: "backup-kept",
    of: [bucketType],
    chapter: "Data",
    severity: "high",
    demands: "Backups are kept for 365 days, logs for 90.",
    wrong: "A loss that is noticed late cannot be reversed, or cannot be explained.",
    fix: "set backups.archiveDays to 365 or more; let a lifecycle expire objects by days, never at a date.",
    answers: [],
    *check(resources) {
      yield* eachKnown(bucketsOf(resources), function* ({ bucket: { urn }, settings, isLog }) {
        const rules = settings("LifecycleConfiguration").flatMap(({ props }) => (props.rules ?? []) as any[]).filter(({ status }) => status === "Enabled");
        const days = rules.flatMap((rule) => [rule.expiration?.days, isLog ? undefined : rule.noncurrentVersionExpiration?.noncurrentDays]).filter((each) => each > 0);
        const least = isLog ? 90 : yearInDays;
        if (days.some((each) => each < least)) yield { urn, found: `something in it is kept for ${Math.min(...days)} days, less than ${least}` };
        // AWS goes on after the date, with whatever is written then.
        if (rules.some((rule) => rule.expiration?.date)) yield { urn, found: "everything in it expires at a date" };
      });
    },
  },
  {
    name: "backup-readable",
    of: [bucketType],
    chapter: "Data",
    severity: "high",
    demands: "Current objects can be read at once: no lifecycle or intelligent tiering moves them to GLACIER or DEEP_ARCHIVE. Old versions and logs may move there.",
    wrong: "A restore fails until every object has been requested by hand, hours before.",
    fix: "use GLACIER_IR or STANDARD_IA, which answer at once, or noncurrentVersionTransitions; leave ARCHIVE_ACCESS and DEEP_ARCHIVE_ACCESS out of tierings.",
    answers: [],
    *check(resources) {
      yield* eachKnown(bucketsOf(resources), function* ({ bucket: { urn }, settings, isLog }) {
        if (isLog) return;
        const moves = settings("LifecycleConfiguration").flatMap(({ props }) => (props.rules ?? []) as any[]).filter(({ status }) => status === "Enabled")
          .flatMap(({ transitions }) => (transitions ?? []).map(({ storageClass }: any) => storageClass)).filter((to) => /^(GLACIER|DEEP_ARCHIVE)$/.test(to));
        const tiers = settings("IntelligentTieringConfiguration").filter(({ props }) => props.status !== "Disabled").flatMap(({ props }) => (props.tierings ?? []).map(({ accessTier }: any) => accessTier));
        const away = [...new Set([...moves, ...tiers])];
        if (away.length > 0) yield { urn, found: `what is in it is moved to ${away.join(", ")}` };
      });
    },
  },
];
