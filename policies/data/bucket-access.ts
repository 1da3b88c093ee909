import { covers, mentions, policyDocument, valuesOf, type Statement } from "../identity/document";
import type { Rule } from "../rule";
import { isOwnKey } from "./own-account";

const publicSettings = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const accessPoint = "aws:s3/accessPoint:AccessPoint";
const regionsPoint = "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint";
const everyone = /\/groups\/(global\/AllUsers|global\/AuthenticatedUsers)$/;
const closedAcls = ["private", "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"];

/** Whether these cover a bucket and everything in it, in any partition of AWS. */
function coverBucket(resources: string[], bucket: string): boolean {
  const patterns = resources.map((pattern) => pattern.replace(/^arn:aws[\w-]*:/, "arn:aws:"));
  return [bucket, `${bucket}/any/key`].every((path) => patterns.some((pattern) => covers(pattern, `arn:aws:s3:::${path}`)));
}

/** Whether a statement is about what comes without TLS, all of it: no second condition leaves some of it out. */
function isWithoutTls(statement: Statement): boolean {
  const asked = Object.values(statement.condition).flatMap((keys) => Object.keys(keys));
  return asked.length === 1 && valuesOf(statement, "Bool", "aws:SecureTransport").join() === "false";
}

export const bucketAccessRules: Rule[] = [
  {
    name: "s3-public-access-block",
    types: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", accessPoint, regionsPoint],
    chapter: "Data",
    severity: "critical",
    demands: "All four S3 settings that block public access are on.",
    wrong: "One careless ACL or policy opens the bucket to everyone.",
    fix: "set blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets to true.",
    answers: ["CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "CKV_AWS_392", "AWS-0086", "AWS-0087", "AWS-0091", "AWS-0093", "CIS 2.1.4"],
    *check(inputs, { type }) {
      // An access point that says nothing blocks all; one that says something blocks what it says.
      const isPoint = type === accessPoint || type === regionsPoint;
      const block = isPoint ? inputs.publicAccessBlockConfiguration ?? inputs.details?.publicAccessBlock : inputs;
      if (!block) return;
      const off = publicSettings.filter((setting) => (isPoint ? block[setting] === false : block[setting] !== true));
      if (off.length > 0) yield `${off.join(", ")}: not true`;
    },
  },
  {
    name: "s3-acl-private",
    types: ["aws:s3/bucket:Bucket", "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/objectCopy:ObjectCopy"],
    chapter: "Data",
    severity: "critical",
    demands: "No ACL grants a bucket or an object to everyone, to every AWS account, or to another account.",
    wrong: "Everyone, or an account that no rule covers, can read or write its contents.",
    fix: "remove the ACL; grant access by policy, to named identities.",
    answers: ["CKV_AWS_20", "CKV_AWS_57", "CKV_AWS_375", "CKV2_AWS_43", "AWS-0092", "s3-bucket-world-acl"],
    *check({ acl, accessControlPolicy, grants }) {
      if (acl !== undefined && !closedAcls.includes(acl)) yield `its acl is ${acl}`;
      const given = [...(accessControlPolicy?.grants ?? []).map(({ grantee }: any) => grantee?.uri), ...(grants ?? []).map(({ uri }: any) => uri)];
      if (given.some((uri) => typeof uri === "string" && everyone.test(uri))) yield "a grant is for everyone";
      const owner = accessControlPolicy?.owner?.id;
      const others = [...(accessControlPolicy?.grants ?? []).filter(({ grantee }: any) => grantee?.emailAddress || (owner !== undefined && grantee?.id && grantee.id !== owner)), ...(grants ?? []).filter(({ email }: any) => email)];
      if (others.length > 0) yield "a grant is for another account";
    },
  },
  {
    name: "s3-tls-only",
    types: ["aws:s3/bucketPolicy:BucketPolicy"],
    chapter: "Data",
    severity: "high",
    demands: "A bucket's policy denies requests without TLS.",
    wrong: "Anyone on the network path can read the data and the request's signature.",
    fix: "deny s3:* to principal * on the bucket and its objects, with the condition Bool aws:SecureTransport false.",
    answers: ["CKV_AWS_379", "s3-bucket-allowing-cleartext", "CIS 2.1.1"],
    *check({ bucket, policy }) {
      const denied = policyDocument(policy).filter((s) => s.effect === "Deny" && s.principals.some((p) => p === "*" || p === "AWS:*")
        && s.actions.some((action) => action === "*" || action.toLowerCase() === "s3:*") && isWithoutTls(s));
      if (!coverBucket(denied.flatMap(({ resources }) => resources), bucket)) yield "it does not deny requests without TLS";
    },
  },
  {
    name: "s3-lockout",
    types: ["aws:s3/bucketPolicy:BucketPolicy"],
    chapter: "Data",
    severity: "medium",
    demands: "A bucket's policy can still be changed by an identity of the account.",
    wrong: "If changes are denied to everyone without a condition, only the account's root user can change the policy.",
    fix: "add a condition to the denial, or name the principals that it denies.",
    answers: ["CKV_AWS_93"],
    *check({ policy }) {
      const locked = policyDocument(policy).some((s) => s.effect === "Deny" && Object.keys(s.condition).length === 0
        && s.principals.some((p) => p === "*" || p === "AWS:*") && mentions(s, "s3:PutBucketPolicy"));
      if (locked) yield "it denies everyone the right to change it";
    },
  },
  {
    name: "s3-object-key",
    types: ["aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/objectCopy:ObjectCopy"],
    chapter: "Data",
    severity: "low",
    level: "advisory",
    demands: "An object written by the program names a KMS key of this stack.",
    wrong: "It is encrypted with the bucket's default key, which may not be ours.",
    fix: "set kmsKeyId, or rely on a bucket that passes s3-own-key.",
    answers: ["CKV_AWS_181", "CKV_AWS_186"],
    *check({ kmsKeyId }) {
      if (!isOwnKey(kmsKeyId)) yield "it names no KMS key of this stack";
    },
  },
  {
    name: "s3-name",
    types: ["aws:s3/bucket:Bucket"],
    chapter: "Data",
    severity: "low",
    demands: "A bucket's name contains no dot.",
    wrong: "With a dot, S3's certificate does not match the bucket's host name, so clients disable the check.",
    fix: "use letters, digits and hyphens.",
    answers: ["AWS-0320"],
    *check({ bucket }) {
      if (typeof bucket === "string" && bucket.includes(".")) yield "its name has a dot";
    },
  },
];
