/** Types that no rule checks by itself, and that need none: what they are part of is judged, or nothing in them can violate the checklist. */

const typed = (prefix: string, paths: string): string[] => paths.split(/\s+/).map((path) => {
  const word = path.slice(path.lastIndexOf("/") + 1);
  return `${prefix}${path}:${word[0].toUpperCase()}${word.slice(1)}`;
});

/** Names, measurements, and what joins two resources that are judged. */
const digitalocean = typed("digitalocean:index/", "certificate databaseConnectionPool databaseDb databaseKafkaConfig databaseKafkaTopic databaseMongodbConfig databaseMysqlConfig "
  + "databaseOpensearchConfig databasePostgresqlConfig kubernetesNodePool monitorAlert nfsAttachment project projectResources spacesBucketLogging sshKey tag uptimeAlert uptimeCheck volumeAttachment");

const aws = typed("aws:", [
  // Judged with their bucket (data/bucket-parts.ts), their user and their group (identity/).
  "s3/bucketIntelligentTieringConfiguration s3/bucketLogging s3/bucketMetric s3/bucketObjectLockConfiguration iam/groupMembership iam/userGroupMembership",
  // What may be done with them is said elsewhere: in a role's trust, a key's, a secret's or a repository's policy.
  "iam/instanceProfile iam/openIdConnectProvider kms/alias secretsmanager/secretVersion ssoadmin/accountAssignment ssoadmin/permissionSet ecr/lifecyclePolicy ecr/repository",
  // A network that security groups close, and figures.
  "ec2/internetGateway ec2/keyPair ec2/natGateway ec2/route ec2/routeTable ec2/routeTableAssociation ec2/subnet ec2/vpc rds/subnetGroup vpc/securityGroupEgressRule cloudwatch/metricAlarm",
].join(" "));

/** What another connects to is judged. */
const providers = ["command", "pulumi", "random", "tls"].map((name) => `pulumi:providers:${name}`);

const own = ["pulumi:pulumi:Stack", "pulumi:pulumi:StackReference", "pulumi:index:Stash"];

export const harmlessTypes: string[] = [...digitalocean, ...aws, ...providers, ...own];

/** The program's components, which make nothing but resources that are judged, and values: random ones, keys and certificates. */
export const harmlessFamilies = /^(ringo|random|tls):/;
