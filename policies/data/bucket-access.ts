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
    demands: "Access by the public is blocked in all four ways.",
    wrong: "One careless ACL or policy opens the bucket to everyone.",
    mend: "set blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets to true.",
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
    types: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2", "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/objectCopy:ObjectCopy"],
    chapter: "Data",
    severity: "critical",
    demands: "No ACL gives a bucket or an object to everyone, to everyone with an account at AWS, or to another account.",
    wrong: "Everyone, or somebody whom no rule knows, can read, or write, what is in it.",
    mend: "remove the ACL; give access by policy, to named identities.",
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
    demands: "A bucket's policy denies everything that does not come over TLS.",
    wrong: "The network between reads what is stored, and the signature of the request.",
    mend: "deny s3:* to principal * on the bucket and its objects, with the condition Bool aws:SecureTransport false.",
    answers: ["CKV_AWS_379", "s3-bucket-allowing-cleartext", "CIS 2.1.1"],
    *check({ bucket, policy }) {
      const denied = policyDocument(policy).filter((s) => s.effect === "Deny" && s.principals.some((p) => p === "*" || p === "AWS:*")
        && s.actions.some((action) => action === "*" || action.toLowerCase() === "s3:*") && isWithoutTls(s));
      if (!coverBucket(denied.flatMap(({ resources }) => resources), bucket)) yield "it does not deny what comes without TLS";
    },
  },
  {
    name: "s3-lockout",
    types: ["aws:s3/bucketPolicy:BucketPolicy"],
    chapter: "Data",
    severity: "medium",
    demands: "A bucket's policy leaves someone who can change it.",
    wrong: "Denied to everyone without a condition, the policy can be changed by the account's root user alone.",
    mend: "give the denial a condition, or name whom it denies.",
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
    demands: "An object that the program itself writes names a KMS key of ours.",
    wrong: "It is encrypted as its bucket says, which may be under a key that is not ours.",
    mend: "set kmsKeyId, or leave it to a bucket that s3-own-key has passed.",
    answers: ["CKV_AWS_181", "CKV_AWS_186"],
    *check({ kmsKeyId }) {
      if (!isOwnKey(kmsKeyId)) yield "it names no key of ours";
    },
  },
  {
    name: "s3-name",
    types: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"],
    chapter: "Data",
    severity: "low",
    demands: "A bucket's name has no dot.",
    wrong: "With a dot in the name, the certificate of S3 does not fit the bucket's host name, and clients turn checks off.",
    mend: "use letters, digits and hyphens.",
    answers: ["AWS-0320"],
    *check({ bucket }) {
      if (typeof bucket === "string" && bucket.includes(".")) yield "its name has a dot";
    },
  },
];
