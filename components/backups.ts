import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import { Provider } from "@pulumi/aws/provider";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { Repository } from "../machine/backup/repository";
import { BackupBucket, bucketName, encryptedBy, versionedAndPrivate, type Retention } from "./bucket";
import { logBucketPolicy, writerPolicy } from "./bucket-policies";
import { physicalName, tagsInAws } from "./naming";

/** Arguments of `Backups`. */
export interface BackupsArgs {
  /** AWS's region for the buckets. */
  region: string;
  /** URL of the S3 endpoint. @default AWS's endpoint of the region */
  endpoint?: string;
  /** How long objects and versions are kept. */
  retention: Retention;
  /** Whether media files are backed up, into a bucket of their own. */
  media: boolean;
  /** Generation of the access key: a higher number creates a new key, and deletes the old one once the machine has the new one. */
  keyGeneration: number;
  /** Refuse to delete the buckets and the key that encrypts them. */
  protect: boolean;
}

/** Where the data machine writes its backups. Secret as a whole. */
export interface Repositories {
  postgres: Repository;
  media: Repository | undefined;
}

/**
 * What exists in AWS for backups. It is another provider than the machines', so that no single account holds both. The data
 * machine gets one identity, which may write and read backups but destroy none.
 */
export class Backups extends pulumi.ComponentResource {
  readonly repositories: pulumi.Output<Repositories>;
  /** Names of the buckets with backups in them. */
  readonly buckets: pulumi.Output<string[]>;
  /** Versions, locks, policies and permissions are in force. */
  readonly ready: pulumi.Resource[];

  private readonly accountId: pulumi.Output<string>;

  constructor(private readonly name: string, private readonly args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    const provider = new Provider(`${name}-aws`, { region: args.region });
    super("ringo:backups:Backups", name, {}, { ...opts, providers: [provider] });

    const key = this.createKey();
    // A key's ARN names the account it is in: arn:aws:kms:<region>:<account>:key/<id>.
    this.accountId = key.arn.apply((arn) => arn.split(":")[4]);
    const logs = this.createLogs();
    const bucket = (purpose: string) => new BackupBucket(`${name}-${purpose}`, {
      purpose, accountId: this.accountId, key, logs, retention: args.retention, protect: args.protect,
    }, { parent: this });
    const postgres = bucket("postgres");
    const media = args.media ? bucket("media") : undefined;
    const buckets = [postgres, ...(media ? [media] : [])];

    const { accessKey, permitted } = this.createWriter(buckets, key);
    const repository = ({ bucket: { bucket: id } }: BackupBucket) => pulumi.all([id, accessKey.id, accessKey.secret])
      .apply(([of, accessKeyId, secretAccessKey]): Repository => ({
        endpoint: args.endpoint ?? `https://s3.${args.region}.amazonaws.com`,
        pathStyle: args.endpoint !== undefined,
        region: args.region,
        bucket: of,
        accessKeyId,
        secretAccessKey,
      }));
    this.repositories = pulumi.secret({ postgres: repository(postgres), media: media && repository(media) });
    this.buckets = pulumi.all(buckets.map(({ bucket: { bucket: id } }) => id));
    this.ready = [...buckets.flatMap((each) => each.ready), ...permitted];
    this.registerOutputs({});
  }

  private createKey(): kms.Key {
    const { name, args: { protect } } = this;
    const key = new kms.Key(`${name}-key`, {
      description: `Backups of ${physicalName("data")}`,
      enableKeyRotation: true,
      deletionWindowInDays: protect ? 30 : 7,
      tags: tagsInAws(),
    }, { parent: this, protect, retainOnDelete: protect });
    new kms.Alias(`${name}-key-alias`, { name: `alias/${physicalName("backups")}`, targetKeyId: key.keyId }, { parent: this });
    return key;
  }

  /** The log of who read or wrote backups, which S3 itself writes. Such a bucket can have neither a KMS key of ours nor a default lock (AWS: server access logging). */
  private createLogs(): s3.Bucket {
    const { args: { protect, retention }, accountId } = this;
    const name = `${this.name}-logs`;
    const bucket = new s3.Bucket(name, {
      bucket: bucketName("logs", accountId), forceDestroy: !protect, tags: tagsInAws(),
    }, { parent: this, protect, retainOnDelete: protect });
    const of = { bucket: bucket.bucket };
    const child = { parent: this };
    const { blocked } = versionedAndPrivate(name, bucket, this);
    new s3.BucketServerSideEncryptionConfiguration(`${name}-encryption`, {
      ...of, rules: [encryptedBy({ sseAlgorithm: "AES256" })],
    }, child);
    new s3.BucketLifecycleConfiguration(`${name}-lifecycle`, {
      ...of,
      rules: [{
        id: "expire", status: "Enabled", filter: {},
        expiration: { days: retention.archiveDays },
        noncurrentVersionExpiration: { noncurrentDays: 1 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
      }],
    }, child);
    new s3.BucketPolicy(`${name}-policy`, {
      ...of, policy: pulumi.all([bucket.arn, accountId]).apply(([arn, account]) => logBucketPolicy(arn, account)),
    }, { ...child, dependsOn: [blocked] });
    return bucket;
  }

  /** The data machine's identity. Outside AWS there is no role to assume, so it has an access key, which can be rotated. */
  private createWriter(buckets: BackupBucket[], key: kms.Key) {
    const { name, args } = this;
    const child = { parent: this };
    const named = physicalName("backup-writer");
    const group = new iam.Group(`${name}-writers`, { name: named }, child);
    const permission = new iam.GroupPolicy(`${name}-writers-policy`, {
      group: group.name,
      name: "backups",
      policy: pulumi.all([pulumi.all(buckets.map(({ bucket }) => bucket.arn)), key.arn]).apply(([arns, keyArn]) => writerPolicy(arns, keyArn)),
    }, child);
    const user = new iam.User(`${name}-writer`, { name: named, tags: tagsInAws() }, child);
    const membership = new iam.UserGroupMembership(`${name}-writer-group`, { user: user.name, groups: [group.name] }, child);
    // The generation is part of the name, so that the new key is made and on the machine before the old one goes.
    const accessKey = new iam.AccessKey(`${name}-writer-key-${args.keyGeneration}`, { user: user.name }, child);
    return { accessKey, permitted: [permission, membership] };
  }
}
