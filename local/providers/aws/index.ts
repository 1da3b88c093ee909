import sdk from "@pulumi/aws/package.json";
import { ProviderModel, ProviderSchema, ResourceModel } from "../resource";
import schemaFacts from "../schemas/aws.json";
import { bucket } from "./bucket";
import * as settings from "./bucket-settings";
import { accessKey, group, groupPolicy, user, userGroupMembership } from "./iam";
import { alias, key } from "./kms";

const resources: Record<string, ResourceModel> = {
  "aws:iam/accessKey:AccessKey": accessKey,
  "aws:iam/group:Group": group,
  "aws:iam/groupPolicy:GroupPolicy": groupPolicy,
  "aws:iam/user:User": user,
  "aws:iam/userGroupMembership:UserGroupMembership": userGroupMembership,
  "aws:kms/alias:Alias": alias,
  "aws:kms/key:Key": key,
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": settings.lifecycle,
  "aws:s3/bucketLogging:BucketLogging": settings.logging,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": settings.objectLock,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": settings.ownershipControls,
  "aws:s3/bucketPolicy:BucketPolicy": settings.policy,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": settings.publicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": settings.encryption,
  "aws:s3/bucketVersioning:BucketVersioning": settings.versioning,
};

/**
 * Stand-in for `aws`, of the SDK's version: an account on this machine with what the program uses. Buckets,
 * versions, locks, access keys and policies are real (versitygw enforces them). Keys of KMS, encryption at rest,
 * lifecycle, access logs and public access blocks are only stored, and nothing acts on them.
 */
export const aws: ProviderModel = { name: "aws", version: sdk.version, schema: schemaFacts as unknown as ProviderSchema, resources };
