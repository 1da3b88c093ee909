import type { Rule } from "../rule";

/** The second names of buckets and their parts: the same resources, which no rule would know. */
const secondNames = ["", "AccelerateConfiguration", "Acl", "CorsConfiguration", "LifecycleConfiguration", "Logging", "ObjectLockConfiguration", "RequestPaymentConfiguration",
  "ServerSideEncryptionConfiguration", "Versioning", "WebsiteConfiguration"].map((what) => `aws:s3/bucket${what}V2:Bucket${what}V2`);

/** Types that make anything at all, from a text in which no rule looks. */
const containers = ["aws:cloudcontrol/resource:Resource", "aws:cloudformation/stack:Stack", "aws:cloudformation/stackSet:StackSet",
  "aws:serverlessrepository/cloudFormationStack:CloudFormationStack", "aws:servicecatalog/provisionedProduct:ProvisionedProduct"];

export const judgedType: Rule = {
  name: "judged-type",
  types: [...secondNames, ...containers],
  chapter: "Application",
  severity: "critical",
  demands: "Everything in AWS is declared by a type that the rules know: buckets and their parts by those without V2, and nothing in a template.",
  wrong: "No rule looks at it: a public bucket, an unlocked backup or an administrator passes unseen.",
  mend: "use the type without V2 (aws.s3.Bucket for aws.s3.BucketV2), or the resource's own type in the template's place.",
  answers: [],
  *check(_inputs, { type }) {
    yield `${type.slice(type.lastIndexOf(":") + 1)} is judged by no rule`;
  },
};
