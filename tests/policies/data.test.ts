import { asset } from "@pulumi/pulumi";
import { bucketCases } from "./bucket-cases";
import { guest, store, stranger } from "./bucket-samples";
import { alone, aws, chapter, digitalocean, judge, ruleNamed, unknown, urnOf, type Sample } from "./harness";

const rds = (props: object, type = "rds/instance"): Sample => aws(type, { storageEncrypted: true, backupRetentionPeriod: 7, deletionProtection: true, manageMasterUserPassword: true, ...props });
const cluster = (props: object = {}): Sample => digitalocean("databaseCluster", { engine: "pg", ...props }, { name: "db" });
const trail = (props: object): Sample => aws("cloudtrail/trail", { isMultiRegionTrail: true, enableLogFileValidation: true, kmsKeyId: "arn:aws:kms:x", ...props });
const selector = (...fieldSelectors: object[]) => ({ fieldSelectors });
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const app = (spec: object): Sample => digitalocean("app", { spec: { name: "one", ...spec } });
const env = (key: string, value: string, type: string | undefined = "GENERAL") => ({ key, value, type });
const made = { ...cluster(), outputs: { id: "db-1" } };
const replica = digitalocean("databaseReplica", { clusterId: "db-1" }, { name: "replica", outputs: { uuid: "replica-1" } });
const wall = (clusterId: string, from: string): Sample => digitalocean("databaseFirewall", { clusterId }, { name: `wall-${from}`, refs: { clusterId: [from] } });
const belongs = { name: "part", refs: { clusterId: ["db"] } };

chapter("Data", {
  ...bucketCases,
  "kms-rotates": {
    kept: alone(aws("kms/key", { enableKeyRotation: true, deletionWindowInDays: 10 }), aws("kms/key", { customerMasterKeySpec: "RSA_2048" }), aws("kms/replicaKey", {}), aws("kms/keyPolicy", {})),
    // Checkov CKV_AWS_7 and 227, Trivy AWS-0065, failing.
    broken: [
      [/enableKeyRotation is off/, aws("kms/key", { deletionWindowInDays: 10 })], [/enableKeyRotation is off/, aws("kms/key", { enableKeyRotation: false, customerMasterKeySpec: "SYMMETRIC_DEFAULT" })],
      [/less than once a year/, aws("kms/key", { enableKeyRotation: true, rotationPeriodInDays: 2560 })],
      ...["externalKey", "replicaKey", "replicaExternalKey"].flatMap((word): [RegExp, Sample][] => [[/it is disabled/, aws(`kms/${word}`, { enabled: false })], [/within a week/, aws(`kms/${word}`, { deletionWindowInDays: 1 })]]),
      ...["key", "externalKey", "replicaKey", "replicaExternalKey", "keyPolicy"].map((word): [RegExp, Sample] => [/that nobody can change/, aws(`kms/${word}`, { enableKeyRotation: true, bypassPolicyLockoutSafetyCheck: true })]),
      [/it is disabled/, aws("kms/key", { enableKeyRotation: true, isEnabled: false })], [/within a week/, aws("kms/key", { enableKeyRotation: true, deletionWindowInDays: 1 })],
    ],
    unknown: [aws("kms/key", { enableKeyRotation: unknown })],
  },
  "spaces-private": {
    kept: alone(digitalocean("spacesBucket", {}), digitalocean("spacesBucket", { acl: "private" }), digitalocean("spacesBucketObject", {})),
    // Checkov CKV_DIO_3 and Trivy DIG-0006, failing.
    broken: [[/not private/, digitalocean("spacesBucket", { acl: "public-read" })], [/not private/, digitalocean("spacesBucketObject", { acl: "public-read" })]],
    unknown: [digitalocean("spacesBucket", { acl: unknown })],
  },
  "spaces-versioned": {
    kept: alone(digitalocean("spacesBucket", { versioning: { enabled: true } })),
    // Checkov CKV_DIO_1 and Trivy DIG-0007, DIG-0009, failing.
    broken: [
      [/versioning is off/, digitalocean("spacesBucket", {})], [/versioning is off/, digitalocean("spacesBucket", { versioning: { enabled: false } })],
      [/forceDestroy is on/, digitalocean("spacesBucket", { versioning: { enabled: true }, forceDestroy: true })],
    ],
    unknown: [digitalocean("spacesBucket", { versioning: { enabled: unknown } })],
  },
  "cors-origins": {
    kept: alone(digitalocean("spacesBucket", {}), digitalocean("spacesBucketCorsConfiguration", { corsRules: [{ allowedOrigins: ["https://app.ringo.test"] }] }), aws("s3/bucketCorsConfiguration", { corsRules: [{ allowedOrigins: ["https://app.ringo.test"] }] }),
      app({ services: [{ name: "web" }], ingress: { rules: [{ cors: { allowOrigins: { exact: "https://app.ringo.test" } } }, {}] } }), app({})),
    broken: [
      [/origin \* is allowed/, digitalocean("spacesBucketCorsConfiguration", { corsRules: [{ allowedOrigins: ["*"] }] })],
      [/origin http:\/\/app.ringo.test/, digitalocean("spacesBucket", { corsRules: [{ allowedOrigins: ["http://app.ringo.test"] }] })],
      [/origin \* is allowed/, aws("s3/bucketCorsConfiguration", { corsRules: [{ allowedOrigins: ["*"], allowedMethods: ["GET", "PUT"] }] })],
      ...["services", "functions", "staticSites"].map((part): [RegExp, Sample] => [/origin \* is allowed/, app({ [part]: [{ cors: { allowOrigins: { exact: "*" } } }] })]),
      [/origin https:\/\/app\* is allowed/, app({ ingress: { rules: [{ cors: { allowOrigins: { prefix: "https://app" } } }] } })], [/origin \.\*\* is allowed/, app({ ingress: { rules: [{ cors: { allowOrigins: { regex: ".*" } } }] } })],
      [/origin https:\/\/app.ringo.test is allowed/, digitalocean("spacesBucket", { corsRules: [{ allowedOrigins: ["https://user:hidden-word@app.ringo.test"] }] })],
      [/origin https:\/\/\*.ringo.test/, digitalocean("spacesBucket", { corsRules: [{ allowedOrigins: ["https://*.ringo.test"] }] })],
    ],
    unknown: [digitalocean("spacesBucket", { corsRules: [{ allowedOrigins: [unknown] }] })],
  },
  "spaces-key-bound": {
    kept: alone(digitalocean("spacesKey", {}), digitalocean("spacesKey", { grants: [{ bucket: "media", permission: "readwrite" }] })),
    broken: [
      [/every bucket/, digitalocean("spacesKey", { grants: [{ bucket: "", permission: "fullaccess" }] })], [/every bucket/, digitalocean("spacesKey", { grants: [{ bucket: "media", permission: "read" }, { bucket: "", permission: "read" }] })],
      [/every bucket/, digitalocean("spacesKey", { grants: [{ bucket: "media", permission: "fullaccess" }] })],
      ...[undefined, "*"].map((of): [RegExp, Sample] => [/every bucket/, digitalocean("spacesKey", { grants: [{ bucket: of, permission: "readwrite" }] })]),
    ],
    unknown: [digitalocean("spacesKey", { grants: [{ bucket: "media", permission: unknown }] })],
  },
  "registry-credentials-bound": {
    kept: alone(digitalocean("containerRegistryDockerCredentials", { expirySeconds: 2592000 }), digitalocean("containerRegistryDockerCredentials", { write: false, expirySeconds: 31536000 })),
    broken: [
      [/may write/, digitalocean("containerRegistryDockerCredentials", { write: true, expirySeconds: 2592000 })],
      ...[undefined, 31536001].map((expirySeconds): [RegExp, Sample] => [/more than a year/, digitalocean("containerRegistryDockerCredentials", { expirySeconds })]),
    ],
    unknown: [digitalocean("containerRegistryDockerCredentials", { expirySeconds: unknown })],
  },
  "database-tls": {
    kept: alone(digitalocean("databaseRedisConfig", {}), digitalocean("databaseValkeyConfig", { ssl: true }), digitalocean("databaseLogsinkRsyslog", { tls: true }), digitalocean("databaseLogsinkOpensearch", { endpoint: "https://logs.ringo.test:9200" })),
    broken: [
      [/ssl is off/, digitalocean("databaseRedisConfig", { ssl: false })], [/ssl is off/, digitalocean("databaseValkeyConfig", { ssl: false })],
      [/endpoint is not HTTPS/, digitalocean("databaseLogsinkOpensearch", { endpoint: "http://logs.ringo.test:9200" })],
      [/tls is off/, digitalocean("databaseLogsinkRsyslog", { tls: false })], [/tls is off/, digitalocean("databaseLogsinkRsyslog", {})],
    ],
    unknown: [digitalocean("databaseValkeyConfig", { ssl: unknown })],
  },
  "stored-secret": {
    kept: [...alone(
      aws("ssm/parameter", { type: "SecureString", name: "/db/password", value: "hunter2-and-more" }), aws("ssm/parameter", { type: "String", name: "/media/bucket", value: "ringo-media" }), aws("ssm/parameter", { type: "String", name: "/password-length", value: "14" }),
      aws("s3/bucketObjectv2", { content: "<p>Hello</p>" }), aws("s3/bucketObject", { source: "file" }), digitalocean("spacesBucketObject", {}),
      app({ services: [{ envs: [env("DATABASE_PASSWORD", "hunter2-and-more", "SECRET"), env("DATABASE_PASSWORD", "${db.PASSWORD}"), env("DATABASE_URL", "${db.DATABASE_URL}"), env("LOG_LEVEL", "debug")] }] }), app({}))],
    broken: [
      [/a password in a URL is in its text/, aws("ssm/parameter", { type: "String", name: "/db", value: "postgres://ringo:hidden-word@db/ringo" })],
      [/something called a secret/, aws("ssm/parameter", { type: "StringList", name: "/db/password", value: "hunter2-and-more" })], [/something called a secret/, aws("ssm/parameter", { type: "String", name: "/db/password", insecureValue: "hunter2-and-more" })],
      ...["bucketObject", "bucketObjectv2"].flatMap((word): [RegExp, Sample][] => [[/an access key of AWS/, aws(`s3/${word}`, { content: "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE" })],
        [/an access key of AWS/, aws(`s3/${word}`, { contentBase64: Buffer.from("AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE").toString("base64") })]]),
      [/something called a secret/, digitalocean("spacesBucketObject", { content: "api_key: hunter2" })],
      [/a token of GitHub/, app({ jobs: [{ git: { repoCloneUrl: `https://ringo:ghp_${"aB3".repeat(12)}@github.com/ringo/backend.git` } }] })],
      [/its source is a text that no rule reads/, aws("s3/bucketObjectv2", { source: new asset.StringAsset("DB_PASSWORD=hunter2-and-more") })],
      [/something called a secret/, app({ workers: [{ runCommand: "PASSWORD=hunter2-and-more celery" }] })],
      [/something called a secret/, app({ envs: [env("DATABASE_PASSWORD", "hunter2-and-more")] })],
      ...["services", "workers", "jobs", "functions", "staticSites"].map((kind): [RegExp, Sample] => [/something called a secret/, app({ [kind]: [{ envs: [env("DATABASE_PASSWORD", "hunter2-and-more", undefined)] }] })]),
    ],
    unknown: [aws("s3/bucketObject", { content: unknown })],
  },
  "database-trusted-sources": {
    kept: [[cluster(), digitalocean("databaseFirewall", {}, belongs)], [digitalocean("vpc", {})],
      [made, wall("db-1", "db"), replica, wall("replica-1", "replica")], [made, wall("db-1", "replica"), replica, wall("replica-1", "db")],
      [cluster(), wall(unknown, "db"), { ...replica, outputs: { uuid: unknown } }, wall(unknown, "replica")]],
    broken: [[/no firewall/, cluster()], [/no firewall/, cluster(), digitalocean("databaseFirewall", {}, { name: "another" })],
      // A replica answers by itself, and tells its cluster's id as well as its own.
      [/no firewall/, made, wall("db-1", "db"), replica], [/no firewall/, made, wall("db-1", "db"), replica, wall("db-1", "replica")], [/no firewall/, made, replica, wall("replica-1", "replica")],
      // Another cluster's id, which is known before this one's is.
      [/no firewall/, { ...made, outputs: { id: unknown } }, wall("db-9", "db")]],
    unknown: [{ ...made, outputs: { id: unknown } }, { ...wall(unknown, "db"), refs: {} }],
  },
  "database-firewall-named": {
    kept: alone(digitalocean("databaseFirewall", { rules: [{ type: "tag", value: "role:ringo-test-api" }, { type: "ip_addr", value: "198.51.100.7" }] })),
    broken: [
      [/has no trusted source/, digitalocean("databaseFirewall", { rules: [] })], [/has no trusted source/, digitalocean("databaseFirewall", {})],
      [/trusts 0.0.0.0\/0/, digitalocean("databaseFirewall", { rules: [{ type: "ip_addr", value: "0.0.0.0/0" }] })],
      [/trusts 52.0.0.0\/9/, digitalocean("databaseFirewall", { rules: [{ type: "ip_addr", value: "10.20.0.0/20" }, { type: "ip_addr", value: "52.0.0.0/9" }] })],
    ],
    unknown: [digitalocean("databaseFirewall", { rules: [{ type: "ip_addr", value: unknown }] })],
  },
  "broker-keeps-tasks": {
    kept: alone(cluster({ engine: "valkey", evictionPolicy: "noeviction" }), cluster({ engine: "pg" }), digitalocean("databaseValkeyConfig", { valkeyMaxmemoryPolicy: "noeviction" })),
    broken: [
      [/eviction policy is allkeys_lru/, cluster({ engine: "redis", evictionPolicy: "allkeys_lru" })], [/volatile_lru/, digitalocean("databaseRedisConfig", { maxmemoryPolicy: "volatile_lru" })],
      [/allkeys_random/, digitalocean("databaseValkeyConfig", { valkeyMaxmemoryPolicy: "allkeys_random" })],
    ],
    unknown: [cluster({ engine: "redis", evictionPolicy: unknown })],
  },
  "database-user-hash": {
    kept: alone(digitalocean("databaseUser", {}), digitalocean("databaseUser", { mysqlAuthPlugin: "caching_sha2_password" })),
    broken: [[/mysql_native_password/, digitalocean("databaseUser", { mysqlAuthPlugin: "mysql_native_password" })]],
    unknown: [digitalocean("databaseUser", { mysqlAuthPlugin: unknown })],
  },
  "database-pool": {
    kept: [[cluster(), digitalocean("databaseConnectionPool", {}, belongs)], [cluster({ engine: "valkey" })]],
    broken: [[/no connection pool/, cluster()], [/no connection pool/, { ...made, outputs: { id: unknown } }, digitalocean("databaseConnectionPool", { clusterId: "db-9" }, belongs)]],
    unknown: [cluster({ engine: unknown })],
  },
  "rds-closed": {
    kept: alone(rds({}), rds({}, "rds/cluster"), aws("rds/clusterInstance", {}), aws("rds/globalCluster", { storageEncrypted: true, deletionProtection: true }), aws("rds/globalCluster", { sourceDbClusterIdentifier: "one", deletionProtection: true }), aws("rds/instance", { replicateSourceDb: "other", deletionProtection: true, skipFinalSnapshot: true })),
    // Checkov CKV_AWS_16, 17, 96, 133, 139, 293 and Trivy AWS-0077, 80, 180, failing.
    broken: [
      // CKV_AWS_140.
      [/storageEncrypted is off/, aws("rds/globalCluster", { deletionProtection: true })], [/deletionProtection is off/, aws("rds/globalCluster", { storageEncrypted: true })],
      [/publiclyAccessible is on/, rds({ publiclyAccessible: true })], [/publiclyAccessible is on/, aws("rds/clusterInstance", { publiclyAccessible: true })],
      [/storageEncrypted is off/, rds({ storageEncrypted: undefined })], [/less than a week/, rds({ backupRetentionPeriod: 1 })], [/less than a week/, rds({ backupRetentionPeriod: undefined }, "rds/cluster")],
      [/deletionProtection is off/, rds({ deletionProtection: false }, "rds/cluster")], [/its password is an input/, rds({ password: unknown })], [/skipFinalSnapshot is on/, rds({ skipFinalSnapshot: true })],
    ],
    unknown: [rds({ storageEncrypted: unknown })],
  },
  "rds-tls": {
    kept: alone(aws("rds/proxy", { requireTls: true }), aws("rds/parameterGroup", {}), aws("rds/parameterGroup", { parameters: [{ name: "rds.force_ssl", value: "1" }, { name: "log_statement", value: "0" }] })),
    broken: [
      [/requireTls is off/, aws("rds/proxy", {})], [/rds.force_ssl is off/, aws("rds/parameterGroup", { parameters: [{ name: "rds.force_ssl", value: "0" }] })],
      [/require_secure_transport is off/, aws("rds/clusterParameterGroup", { parameters: [{ name: "require_secure_transport", value: "OFF" }] })],
    ],
    unknown: [aws("rds/proxy", { requireTls: unknown })],
  },
  "trail-whole": {
    kept: alone(trail({}), trail({ enableLogging: true, includeGlobalServiceEvents: true }), trail({ eventSelectors: [{}, { includeManagementEvents: false, readWriteType: "WriteOnly" }] }), trail({ eventSelectors: [] }),
      trail({ advancedEventSelectors: [selector({ field: "eventCategory", equals: ["Data"] }, { field: "resources.type", equals: ["AWS::S3::Object"] }), selector({ field: "eventCategory", equals: ["Management"] })] })),
    // Checkov CKV_AWS_35, 36, 67, 251 and Trivy AWS-0014, 15, 16, failing.
    broken: [
      [/enableLogging is off/, trail({ enableLogging: false })], [/one region only/, trail({ isMultiRegionTrail: undefined })], [/does not record IAM/, trail({ includeGlobalServiceEvents: false })],
      [/enableLogFileValidation is off/, trail({ enableLogFileValidation: undefined })],
      // What selects some events leaves out the rest.
      ...[{ includeManagementEvents: false }, { readWriteType: "ReadOnly" }, { readWriteType: "WriteOnly" }, { excludeManagementEventSources: ["kms.amazonaws.com"] }].map((one): [RegExp, Sample] => [/does not record every management event/, trail({ eventSelectors: [one] })]),
      ...[[{ field: "eventCategory", equals: ["Data"] }], [{ field: "eventCategory", equals: ["Management"] }, { field: "readOnly", equals: ["true"] }], [{ field: "eventCategory", equals: ["Management"] }, { field: "eventSource", notEquals: ["kms.amazonaws.com"] }]]
        .map((fields): [RegExp, Sample] => [/does not record every management event/, trail({ advancedEventSelectors: [selector(...fields)] })]), ...[undefined, "", "alias/aws/cloudtrail", "arn:aws:kms:eu-central-1:123456789012:alias/aws/s3"].map((kmsKeyId): [RegExp, Sample] => [/a key that is not of this stack/, trail({ kmsKeyId })]),
    ],
    unknown: [trail({ enableLogFileValidation: unknown })],
  },
  "secret-kept": {
    kept: alone(aws("secretsmanager/secret", { kmsKeyId: "arn:aws:kms:x" }), aws("secretsmanager/secret", { kmsKeyId: "arn:aws:kms:x", recoveryWindowInDays: 7 })),
    // Checkov CKV_AWS_149 and Trivy AWS-0098, failing.
    broken: [...[undefined, "alias/aws/secretsmanager"].map((kmsKeyId): [RegExp, Sample] => [/a key that is not of this stack/, aws("secretsmanager/secret", { kmsKeyId })]), [/deleted within a week/, aws("secretsmanager/secret", { kmsKeyId: "arn:aws:kms:x", recoveryWindowInDays: 0 })]],
    unknown: [aws("secretsmanager/secret", { kmsKeyId: unknown })],
  },
  "stateful-protected": {
    kept: [...alone(digitalocean("volume", {}, { protect: true }), aws("kms/key", {}, { protect: true }))],
    broken: [
      ...["s3/bucket", "s3tables/tableBucket"].map((path): [RegExp, Sample] => [/forceDestroy deletes all/, aws(path, { forceDestroy: true }, { protect: true })]),
      ...["volume", "volumeSnapshot", "dropletSnapshot", "nfs", "nfsSnapshot", "reservedIp", "reservedIpv6", "floatingIp", "databaseCluster", "vectorDatabase", "spacesBucket"].map((word): [RegExp, Sample] => [/not protected/, digitalocean(word, {})]),
      ...["s3/bucket", "s3/directoryBucket", "s3/vectorsVectorBucket", "s3tables/tableBucket", "kms/key", "kms/externalKey", "kms/replicaKey", "kms/replicaExternalKey", "rds/instance", "rds/cluster", "rds/globalCluster", "rds/snapshot", "rds/snapshotCopy", "rds/clusterSnapshot", "rds/clusterSnapshotCopy"].map((path): [RegExp, Sample] => [/not protected/, aws(path, {})]),
    ],
  },
});

describe("a secret of the configuration", () => {
  const secret = "tame-word-one";
  const found = (sample: Sample) => judge([sample], { of: [ruleNamed("stored-secret")], settings: { secrets: [secret] } });

  test.each<[string, Sample]>([
    ["tags", digitalocean("droplet", { tags: ["project:ringo", `note:${secret}`] })], ["tags", aws("s3/bucket", { tags: { note: secret } })], ["name", digitalocean("vpc", { name: `vpc-${secret}` })], ["value", digitalocean("dnsRecord", { type: "TXT", value: base64(`key=${secret}`) })],
    ["metadata", aws("s3/bucketObjectv2", { metadata: { password: secret } })], ["content", aws("s3/bucketObjectv2", { content: `a ${secret}` })], ["value", aws("ssm/parameter", { type: "String", name: "/a", value: secret })], ["spec", app({ services: [{ envs: [env("A", secret)] }] })],
    ["description", aws("secretsmanager/secret", { description: secret })],
  ])("is found in %s, wherever no secret belongs, and not repeated", (where, sample) => {
    expect(found(sample).map(({ message }) => message.split("\n")[0])).toEqual([`a secret of the stack's configuration is in its ${where}`]);
    expect(JSON.stringify(found(sample))).not.toContain(secret);
  });
  test.each<[string, Sample]>([
    ["a parameter that is encrypted", aws("ssm/parameter", { type: "SecureString", name: "/a", value: secret })], ["a variable of an app that is secret", app({ services: [{ envs: [env("A", secret, "SECRET")] }] })], ["a secret's version", aws("secretsmanager/secretVersion", { secretString: secret })],
    ["a message's address", digitalocean("uptimeAlert", { notifications: [{ slacks: [{ url: `https://hooks.example.net/${secret}` }] }] })], ["a certificate's key", digitalocean("certificate", { privateKey: secret })],
    ["a command's stdin, that another rule is about", { type: "command:remote:Command", props: { stdin: secret } }],
  ])("may be in %s", (_, sample) => expect(found(sample)).toEqual([]));
  test("that a preview does not know yet hides none that it knows", () => {
    const sample = digitalocean("dnsRecord", { name: unknown, value: secret });
    expect(judge([sample], { of: [ruleNamed("stored-secret")], settings: { preview: true, secrets: [secret] } }).map(({ rule }) => rule)).toEqual(["stored-secret", "not-judged-yet"]);
  });
});

test("a throwaway stack needs no protection", () => {
  expect(judge([digitalocean("volume", {})], { of: [ruleNamed("stateful-protected")], settings: { throwaway: true } })).toEqual([]);
});

describe("the account's number, in a preview", () => {
  const previewed = (...samples: Sample[]) => judge(samples, { of: [ruleNamed("data-own-account")], settings: { preview: true } }).map(({ rule }) => rule);
  const hidden = aws("iam/user", {}, { name: "new", outputs: { arn: unknown } });

  test("is unknown if nothing exists yet", () => expect(previewed(hidden, ...guest({ AWS: stranger }).slice(1))).toEqual(["not-judged-yet"]));
  test("is known from existing resources", () => {
    expect(previewed(hidden, ...guest({ AWS: stranger }))).toEqual(["data-own-account"]);
    expect(previewed(hidden, ...guest({ AWS: "123456789012" }))).toEqual([]);
  });
  test("another account is found beside a policy that is still unknown", () => {
    expect(previewed(aws("s3/bucketPolicy", { policy: unknown }, { name: "new" }), ...guest({ AWS: stranger }))).toEqual(["data-own-account", "not-judged-yet"]);
  });
});

test("only the violating bucket is named", () => {
  const samples = [...store({}), aws("s3/bucket", { bucket: "forgotten" }, { name: "forgotten" })];
  expect(judge(samples, { of: [ruleNamed("s3-complete")] }).map(({ urn }) => urn)).toEqual([urnOf(samples.at(-1)!)]);
});
