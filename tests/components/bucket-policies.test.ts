import { backupBucketPolicy, logBucketPolicy, writerPolicy } from "../../components/bucket-policies";

const bucket = "arn:aws:s3:::ringo-test-postgres";
const key = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";

interface Statement { Sid: string; Effect: string; Action: string | string[]; Resource: string | string[]; Principal?: unknown; Condition?: any }
const statements = (policy: string): Statement[] => JSON.parse(policy).Statement;
const actions = (policy: string, effect: string): string[] => statements(policy).filter((s) => s.Effect === effect).flatMap((s) => s.Action);

describe("the writer", () => {
  const policy = writerPolicy([bucket], key);

  test("has the permissions of a backup tool, and no others", () => {
    expect(actions(policy, "Allow").sort()).toEqual([
      "kms:Decrypt", "kms:GenerateDataKey",
      "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetBucketLocation", "s3:GetObject", "s3:GetObjectVersion",
      "s3:ListBucket", "s3:ListBucketVersions", "s3:ListMultipartUploadParts", "s3:PutObject",
    ]);
  });

  test("has no wildcard in actions, nor in resources except below its buckets", () => {
    for (const statement of statements(policy).filter((s) => s.Effect === "Allow")) {
      expect([statement.Action].flat().join()).not.toContain("*");
      for (const resource of [statement.Resource].flat()) expect([bucket, `${bucket}/*`, key]).toContain(resource);
    }
  });

  test.each(["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention", "s3:PutObjectRetention", "s3:PutLifecycleConfiguration"])(
    "is denied %s whatever else allows it", (action) => {
      const deny = statements(policy).find((s) => s.Effect === "Deny")!;
      expect(deny.Resource).toBe("*");
      expect(deny.Action).toContain(action);
    });
});

test("nobody has access without TLS", () => {
  for (const policy of [backupBucketPolicy(bucket), logBucketPolicy(bucket, "123456789012")]) {
    expect(statements(policy)).toContainEqual(expect.objectContaining({
      Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [bucket, `${bucket}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } },
    }));
  }
});

test("logs are written by S3 only, and for this account only", () => {
  const allowed = statements(logBucketPolicy(bucket, "123456789012")).filter((s) => s.Effect === "Allow");
  expect(allowed).toHaveLength(1);
  expect(allowed[0]).toMatchObject({
    Principal: { Service: "logging.s3.amazonaws.com" }, Action: "s3:PutObject", Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
  });
});
