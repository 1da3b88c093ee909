/** AWS policy documents of the backups: who may do what with a bucket. */

interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: unknown;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

const document = (...Statement: Statement[]): string => JSON.stringify({ Version: "2012-10-17", Statement });

const insecure = (bucketArn: string): Statement => ({
  Sid: "OnlyOverTls",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [bucketArn, `${bucketArn}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** Refuses everybody who comes without TLS. Who may do what is in the identities' own policies. */
export const backupBucketPolicy = (bucketArn: string): string => document(insecure(bucketArn));

/** As above, and S3 itself may write logs about the account's own buckets. */
export const logBucketPolicy = (bucketArn: string, accountId: string): string => document(insecure(bucketArn), {
  Sid: "AccessLogs",
  Effect: "Allow",
  Principal: { Service: "logging.s3.amazonaws.com" },
  Action: "s3:PutObject",
  Resource: `${bucketArn}/*`,
  Condition: { StringEquals: { "aws:SourceAccount": accountId } },
});

/**
 * What the key on the data machine may do: what pgBackRest and restic need, reading old versions included, and nothing that
 * destroys. Deletion itself is allowed, since both tools remove files and a plain denial would break them (pgbackrest 2084, 2686):
 * it only puts a marker over a version, and versions the key cannot delete.
 */
export const writerPolicy = (bucketArns: string[], keyArn: string): string => document(
  {
    Sid: "List",
    Effect: "Allow",
    Action: ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"],
    Resource: bucketArns,
  },
  {
    Sid: "ReadAndWrite",
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
    Resource: bucketArns.map((arn) => `${arn}/*`),
  },
  {
    // Should a policy elsewhere ever allow more, this still holds.
    Sid: "NeverDestroy",
    Effect: "Deny",
    Action: ["s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:BypassGovernanceRetention",
      "s3:PutBucket*", "s3:DeleteBucket*", "s3:PutLifecycleConfiguration", "s3:PutEncryptionConfiguration"],
    Resource: "*",
  },
  {
    Sid: "Encrypt",
    Effect: "Allow",
    Action: ["kms:GenerateDataKey", "kms:Decrypt"],
    Resource: keyArn,
  },
);
