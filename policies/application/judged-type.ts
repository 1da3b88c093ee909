import type { Rule } from "../rule";

/** The second names of buckets and their parts: the same resources, which no rule would know. */
const secondNames = ["", "AccelerateConfiguration", "Acl", "CorsConfiguration", "LifecycleConfiguration", "Logging", "ObjectLockConfiguration", "RequestPaymentConfiguration",
  "ServerSideEncryptionConfiguration", "Versioning", "WebsiteConfiguration"].map((what) => `aws:s3/bucket${what}V2:Bucket${what}V2`);

/** Types that make anything at all, from a text in which no rule looks. */
const containers = ["aws:cloudcontrol/resource:Resource", "aws:cloudformation/stack:Stack", "aws:cloudformation/stackSet:StackSet",
  "aws:serverlessrepository/cloudFormationStack:CloudFormationStack", "aws:servicecatalog/provisionedProduct:ProvisionedProduct"];

/** Older ways to set a bucket, by inputs of its own; each has a resource of its own, which the rules know. */
const bucket = "aws:s3/bucket:Bucket";
const bucketInputs = ["accelerationStatus", "acl", "corsRules", "grants", "lifecycleRules", "logging", "objectLockConfiguration", "policy", "replicationConfiguration",
  "requestPayer", "serverSideEncryptionConfiguration", "versioning", "website"];

export const judgedType: Rule = {
  name: "judged-type",
  types: [...secondNames, ...containers, bucket],
  chapter: "Application",
  severity: "critical",
  demands: "Every AWS resource has a type that the rules cover: buckets and their settings without V2, one resource for each setting, and no templates.",
  wrong: "No rule checks it: a public bucket, an unlocked backup or an administrator would pass unnoticed.",
  fix: "use the type without V2 (aws.s3.Bucket for aws.s3.BucketV2), a resource for each of a bucket's settings (aws.s3.BucketVersioning for versioning), or the resource's own type instead of a template.",
  answers: [],
  *check(inputs, { type }) {
    const unseen = type === bucket ? bucketInputs.filter((key) => key in inputs) : [];
    const name = type.slice(type.lastIndexOf(":") + 1);
    if (type !== bucket || unseen.length > 0) yield `${[unseen.join(", "), name].filter((text) => text !== "").join(" of ")} is judged by no rule`;
  },
};
