/** Buckets in S3 with all that belongs to them, and who comes to them. */
import { aws, type Sample } from "./harness";

export const arn = "arn:aws:s3:::store";
export const document = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
export const tlsOnly = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [arn, `${arn}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } } };
export const policy = (...statements: object[]): Sample => aws("s3/bucketPolicy", { bucket: "store", policy: document(...statements) });

export const lock = (mode: string, time: object = { days: 30 }): object => ({ rule: { defaultRetention: { mode, ...time } } });

/** A bucket with all its parts, and one of logs. A part is left out, or is given other properties. */
export function store(changes: Record<string, object | undefined> = {}, bucket: object = {}): Sample[] {
  const parts: Record<string, object | undefined> = {
    Versioning: { versioningConfiguration: { status: "Enabled" } },
    PublicAccessBlock: { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    Policy: { policy: document(tlsOnly) },
    ServerSideEncryptionConfiguration: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:x" } }] },
    OwnershipControls: { rule: { objectOwnership: "BucketOwnerEnforced" } },
    LifecycleConfiguration: { rules: [{ status: "Enabled", expiration: { days: 365 }, noncurrentVersionExpiration: { noncurrentDays: 365 }, abortIncompleteMultipartUpload: { daysAfterInitiation: 2 } }] },
    Logging: { targetBucket: "logs" },
    ObjectLockConfiguration: lock("COMPLIANCE"),
    ...changes,
  };
  const of = (name: string, props: Record<string, object | undefined>) => Object.entries(props).filter(([, value]) => value !== undefined)
    .map(([what, value]) => aws(`s3/bucket${what}`, { bucket: name, ...value }, { name: `${name}-${what}` }));
  const { Logging, ObjectLockConfiguration, ...common } = parts;
  const logs = { ...common, ...managed,
    LifecycleConfiguration: { rules: [{ status: "Enabled", expiration: { days: 90 }, noncurrentVersionExpiration: { noncurrentDays: 1 } }] } };
  return [
    aws("s3/bucket", { bucket: "store", objectLockEnabled: true, ...bucket }, { name: "store" }), ...of("store", { ...common, Logging, ObjectLockConfiguration }),
    ...(Logging ? [aws("s3/bucket", { bucket: "logs" }, { name: "logs" }), ...of("logs", logs)] : []),
  ];
}
export const managed = { ServerSideEncryptionConfiguration: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] } };
export const setting = (what: string, props: object): Sample => aws(`s3/bucket${what}`, { ...props });
export const allow = (Action: string | string[]): object => ({ Effect: "Allow", Action, Resource: `${arn}/*` });
export const deny = (Action: string | string[], more: object = {}): object => ({ Effect: "Deny", Action, Resource: "*", ...more });
export const ofGroup = (name: string, ...statements: object[]): Sample => aws("iam/groupPolicy", { group: "writers", policy: document(...statements) }, { name });
export const writer = (...statements: object[]): Sample => ofGroup("writer", allow("s3:PutObject"), ...statements);
export const unlocked = (changes: Record<string, object | undefined> = {}): Sample[] => store({ ObjectLockConfiguration: undefined, ...changes });
export const governed = (changes: Record<string, object | undefined> = {}): Sample[] => store({ ObjectLockConfiguration: lock("GOVERNANCE"), ...changes });
export const lets = (Action: string | string[]) => ({ Policy: { policy: document(tlsOnly, { Effect: "Allow", Principal: { AWS: "arn:aws:iam::999999999999:root" }, Action, Resource: [arn, `${arn}/*`] }) } });
export const ours = aws("kms/key", {}, { name: "ours", outputs: { arn: "arn:aws:kms:eu-central-1:123456789012:key/1" } });
export const distribution = (account: string): string => `arn:aws:cloudfront::${account}:distribution/E1`;
/** A bucket's policy that lets somebody in, beside what is of the stack's own account. */
export const guest = (Principal: unknown, Condition?: object): Sample[] => [ours, policy(tlsOnly, { Effect: "Allow", Principal, Action: "s3:GetObject", Resource: `${arn}/*`, Condition })];
export const cloudfront = { Service: "cloudfront.amazonaws.com" };
export const stranger = "arn:aws:iam::999999999999:user/a";
export const group = (name: string) => ({ grantee: { type: "Group", uri: `http://acs.amazonaws.com/groups/global/${name}` }, permission: "READ" });
