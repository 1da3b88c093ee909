import { policyDocument, type Statement } from "./document";

type Texts = (inputs: any) => unknown[];
const only = (key: string): Texts => (inputs) => [inputs[key]];

/** Documents that say what an identity may do. */
const identityTexts: Record<string, Texts> = {
  "aws:iam/policy:Policy": only("policy"),
  "aws:iam/groupPolicy:GroupPolicy": only("policy"),
  "aws:iam/rolePolicy:RolePolicy": only("policy"),
  "aws:iam/userPolicy:UserPolicy": only("policy"),
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": only("inlinePolicy"),
  "aws:iam/role:Role": ({ inlinePolicies }) => (inlinePolicies ?? []).map(({ policy }: any) => policy),
};

/** Documents that say who may come to a resource. */
const resourceTexts: Record<string, Texts> = {
  "aws:s3/bucketPolicy:BucketPolicy": only("policy"),
  "aws:s3/bucket:Bucket": only("policy"),
  "aws:s3/accessPoint:AccessPoint": only("policy"),
  "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy": only("policy"),
  "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy": only("policy"),
  "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy": only("policy"),
  "aws:s3control/accessPointPolicy:AccessPointPolicy": only("policy"),
  "aws:s3control/bucketPolicy:BucketPolicy": only("policy"),
  "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy": ({ details }) => [details?.policy],
  "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy": only("policy"),
  "aws:s3tables/tableBucketPolicy:TableBucketPolicy": only("resourcePolicy"),
  "aws:s3tables/tablePolicy:TablePolicy": only("resourcePolicy"),
  "aws:kms/key:Key": only("policy"),
  "aws:kms/externalKey:ExternalKey": only("policy"),
  "aws:kms/replicaKey:ReplicaKey": only("policy"),
  "aws:kms/replicaExternalKey:ReplicaExternalKey": only("policy"),
  "aws:kms/keyPolicy:KeyPolicy": only("policy"),
  "aws:secretsmanager/secret:Secret": only("policy"),
  "aws:secretsmanager/secretPolicy:SecretPolicy": only("policy"),
  "aws:sqs/queue:Queue": only("policy"),
  "aws:sqs/queuePolicy:QueuePolicy": only("policy"),
  "aws:sns/topic:Topic": only("policy"),
  "aws:sns/topicPolicy:TopicPolicy": only("policy"),
  "aws:backup/vaultPolicy:VaultPolicy": only("policy"),
  "aws:ecr/repositoryPolicy:RepositoryPolicy": only("policy"),
  "aws:iam/role:Role": only("assumeRolePolicy"),
  "digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy": only("policy"),
};

export const identityTypes = Object.keys(identityTexts);
export const resourceTypes = Object.keys(resourceTexts);

const statements = (table: Record<string, Texts>) => (type: string, inputs: any): Statement[] =>
  table[type](inputs).flatMap((text) => (text === undefined ? [] : policyDocument(text)));

/** What an identity may do. */
export const identityStatements = statements(identityTexts);

/** Who may come to a resource. */
export const resourceStatements = statements(resourceTexts);

/** Whether a principal is everyone, or everyone of a kind. */
export const isEveryone = (principal: string): boolean => /^((AWS|Federated|Service|CanonicalUser):)?\*$/.test(principal);
