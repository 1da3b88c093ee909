import { everyType, isStackRule, type ResourceRule, type Rule } from "../rule";
import { harmlessFamilies, harmlessTypes } from "./harmless-types";

/** Older ways to set a bucket, by inputs of its own; each has a resource of its own, which the rules know. */
const bucket = "aws:s3/bucket:Bucket";
const bucketInputs = ["accelerationStatus", "acl", "corsRules", "grants", "lifecycleRules", "logging", "objectLockConfiguration", "policy", "replicationConfiguration",
  "requestPayer", "serverSideEncryptionConfiguration", "versioning", "website"];

/** Whatever these rules do not look at is refused: a list of what is dangerous would miss what it does not know. */
export function judgedType(rules: readonly Rule[]): ResourceRule {
  const judged = new Set([...rules.flatMap((rule) => (isStackRule(rule) ? rule.of : rule.types)), ...harmlessTypes]);
  return {
    name: "judged-type",
    types: [everyType],
    chapter: "Application",
    severity: "critical",
    demands: "Every resource has a type that the rules cover: buckets and their settings without V2, one resource for each setting, and no templates.",
    wrong: "No rule checks it: a public bucket, a function open to everyone, an unlocked backup or an administrator would pass unnoticed.",
    fix: "use the type without V2 (aws.s3.Bucket for aws.s3.BucketV2), a resource for each of a bucket's settings (aws.s3.BucketVersioning for versioning), or the resource's own type instead of a template. "
      + "Before you use a new type, write a rule for it, or add it to policies/application/harmless-types.ts if it needs none.",
    answers: [],
    *check(inputs, { type }) {
      const unseen = type === bucket ? bucketInputs.filter((key) => key in inputs) : [];
      if (unseen.length > 0) yield `${unseen.join(", ")} of Bucket is judged by no rule`;
      if (!judged.has(type) && !harmlessFamilies.test(type)) yield `${type} is judged by no rule`;
    },
  };
}
