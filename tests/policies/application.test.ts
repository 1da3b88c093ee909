import { celeryChildrenThatFit } from "../../config/capacity";
import { regions, sizes } from "../../config/sizes";
import { payload } from "../../machine/payload";
import { combine, type Container } from "../../machine/state";
import { harmlessTypes } from "../../policies/application/harmless-types";
import { isStackRule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { alone, aws, chapter, digitalocean, typeInSdk, unknown, type Sample } from "./harness";

const running = (...containers: Partial<Container>[]): Sample => ({
  type: "command:remote:Command",
  props: { stdin: payload("state", combine({ containers: containers.map((each, i) => ({ name: `c${i}`, image: "i", command: [], environment: {}, stopTimeoutSeconds: 1, ...each })) })) },
});
const worker = (...command: string[]): Partial<Container> => ({ name: "ringo-worker", command: ["celery", "worker", ...command] });
const beat = { name: "ringo-beat" };
const hidden = { type: "command:remote:Command", props: { stdin: unknown } };
const most = Math.max(...Object.keys(sizes).map(celeryChildrenThatFit));
const django = (environment: Record<string, string | undefined>): Sample => running({ environment: JSON.parse(JSON.stringify({
  DJANGO_SETTINGS_MODULE: "ringo_backend.settings.prod", DJANGO_ALLOWED_HOSTS: "api.ringo.test", CORS_ALLOWED_ORIGINS: "https://app.ringo.test", CSRF_TRUSTED_ORIGINS: "https://api.ringo.test", ...environment,
})) });
const tagged = ["project:ringo", "stack:ringo-test", "role:ringo-test-api"];
const inAws = { project: "ringo", stack: "test" };

chapter("Application", {
  "celery-bounds": {
    kept: alone(running(worker("--autoscale=10,2")), running(worker("--autoscale", "1,1")), running(worker("--concurrency=4")), running(worker("-c", "2")), running({ name: "ringo-api" }), { type: "command:remote:Command", props: {} }),
    broken: [
      [/has no bounds/, running(worker())], [/has 5 to 2 children/, running(worker("--autoscale=2,5"))], [/has 0 to 2 children/, running(worker("--autoscale=2,0"))],
      [new RegExp(`has 1 to ${most + 1} children`), running(worker(`--autoscale=${most + 1},1`))], [/has 0 to 0 children/, running(worker("--concurrency=0"))],
    ],
    unknown: [hidden],
  },
  "one-beat": {
    kept: [[running(worker(), beat), running(worker())], [running({ name: "ringo-api" })]],
    broken: [[/beat runs on 2 machines/, running(worker(), beat), running(worker(), beat)], [/beat runs on 0 machines/, running(worker())]],
    unknown: [hidden],
  },
  "django-settings": {
    kept: alone(django({}), django({ DEBUG: "false" }), django({ CORS_ALLOWED_ORIGINS: "" }), running({ environment: { DEBUG: "true" } })),
    broken: [
      [/in debug mode/, django({ DEBUG: "True" })], [/in debug mode/, django({ DJANGO_DEBUG: "1" })], ...["t", "Y", " True "].map((DEBUG): [RegExp, Sample] => [/in debug mode/, django({ DEBUG })]), [/no allowed hosts/, django({ DJANGO_ALLOWED_HOSTS: undefined })], [/no allowed hosts/, django({ DJANGO_ALLOWED_HOSTS: "a," })],
      [/any host/, django({ DJANGO_ALLOWED_HOSTS: "api.ringo.test, *" })], [/any host/, django({ DJANGO_ALLOWED_HOSTS: ".ringo.test" })], [/CORS_ALLOWED_ORIGINS/, django({ CORS_ALLOWED_ORIGINS: "http://app.ringo.test" })],
      [/CSRF_TRUSTED_ORIGINS/, django({ CSRF_TRUSTED_ORIGINS: "https://*.ringo.test" })], [/CORS_ALLOW_ALL_ORIGINS/, django({ CORS_ALLOW_ALL_ORIGINS: "true" })],
    ],
    unknown: [hidden],
  },
  "required-tags": {
    kept: alone(digitalocean("droplet", { tags: tagged }), digitalocean("dropletAutoscale", { dropletTemplate: { tags: tagged } }), digitalocean("volume", { tags: tagged.slice(0, 2) }), aws("s3/bucket", { tags: inAws }), aws("iam/user", { tags: { ...inAws, more: "x" } })),
    broken: [
      [/no tag for project, stack, role/, digitalocean("droplet", {})], [/no tag for role/, digitalocean("droplet", { tags: tagged.slice(0, 2) })], [/more than one role/, digitalocean("droplet", { tags: [...tagged, "role:ringo-test-edge"] })], [/no tag for role/, digitalocean("dropletAutoscale", { dropletTemplate: { tags: tagged.slice(0, 2) } })],
      [/no tag for stack/, digitalocean("databaseCluster", { tags: ["project:ringo"] })], ...["volumeSnapshot", "nfs", "vectorDatabase"].map((word): [RegExp, Sample] => [/no tag for stack/, digitalocean(word, { tags: ["project:ringo"] })]),
      ...["s3/bucket", "s3/directoryBucket", "s3/vectorsVectorBucket", "s3tables/tableBucket", "kms/key", "kms/externalKey", "kms/replicaKey", "kms/replicaExternalKey", "iam/user", "iam/role", "rds/instance", "rds/cluster"].map((path): [RegExp, Sample] => [/no tag for stack/, aws(path, { tags: { project: "ringo" } })]),
    ],
    unknown: [digitalocean("droplet", { tags: [unknown] })],
  },
  "judged-type": {
    kept: alone(aws("s3/bucket", {}), aws("s3/bucketVersioning", {}), aws("s3/bucketObjectv2", {}), aws("s3/bucketLogging", {}), aws("s3/bucketMetric", {}), aws("ssm/parameter", {}), digitalocean("tag", {}),
      ...["ringo:host:Host", "tls:index/privateKey:PrivateKey", "random:index/randomPassword:RandomPassword", "pulumi:pulumi:Stack", "pulumi:index:Stash", "pulumi:providers:digitalocean", "command:local:Command"].map((type) => ({ type, props: {} }))),
    broken: [
      ...["", "Acl", "Versioning", "Logging", "LifecycleConfiguration", "ObjectLockConfiguration", "ServerSideEncryptionConfiguration", "AccelerateConfiguration", "CorsConfiguration", "RequestPaymentConfiguration", "WebsiteConfiguration"]
        .map((what): [RegExp, Sample] => [new RegExp(`Bucket${what}V2 is judged by no rule`), aws(`s3/bucket${what}V2`, {})]),
      ...["cloudcontrol/resource", "cloudformation/stack", "cloudformation/stackSet", "serverlessrepository/cloudFormationStack", "servicecatalog/provisionedProduct"].map((path): [RegExp, Sample] => [/is judged by no rule/, aws(path, {})]),
      // By each of these something is open to everyone, gives rights, or keeps a secret in plain text.
      ...["lambda/functionUrl", "lambda/permission", "lambda/function", "efs/fileSystemPolicy", "opensearch/domainPolicy", "ec2/snapshotCreateVolumePermission", "ec2/amiLaunchPermission", "ec2/managedPrefixList", "redshift/cluster", "ses/identityPolicy", "ram/resourceShare",
        "s3/inventory", "s3/bucketNotification", "s3/bucketWebsiteConfiguration", "iam/serviceSpecificCredential", "iam/signingCertificate", "rolesanywhere/trustAnchor", "kms/ciphertext"].map((path): [RegExp, Sample] => [/is judged by no rule/, aws(path, {})]),
      ...["cdn", "customImage", "databaseOnlineMigration", "partnerAttachment", "genaiAgent", "nfsAccessPoint"].map((word): [RegExp, Sample] => [/is judged by no rule/, digitalocean(word, {})]),
      // Another provider, and what makes anything by code of its own.
      ...["aws-native:s3:Bucket", "pulumi-nodejs:dynamic:Resource", "pulumi:providers:kubernetes", "docker:index/container:Container", "ringos:host:Host", "constructor"].map((type): [RegExp, Sample] => [new RegExp(`^${type} is judged by no rule`), { type, props: {} }]),
      // Checkov CKV_AWS_145 and 93, Trivy AWS-0132, failing, by settings that are a bucket's own.
      [/serverSideEncryptionConfiguration of Bucket is judged by no rule/, aws("s3/bucket", { serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } } } })],
      [/policy of Bucket/, aws("s3/bucket", { policy: "{}" })], [/lifecycleRules, versioning of Bucket/, aws("s3/bucket", { versioning: { enabled: false }, lifecycleRules: [{ enabled: true, expiration: { days: 1 } }] })],
      ...["accelerationStatus", "acl", "corsRules", "grants", "logging", "objectLockConfiguration", "replicationConfiguration", "requestPayer", "website"].map((key): [RegExp, Sample] => [new RegExp(`${key} of Bucket`), aws("s3/bucket", { [key]: unknown })]),
    ],
  },
  "allowed-region": {
    kept: alone(digitalocean("droplet", { region: "fra1" }), digitalocean("volume", { region: "FRA1" }), digitalocean("dropletAutoscale", { dropletTemplate: { region: "ams3" } }), digitalocean("app", { spec: { region: "fra" } }),
      // Where its regional balancers are, and where its cluster is.
      digitalocean("loadBalancer", { type: "GLOBAL" }), digitalocean("databaseReplica", {})),
    broken: [
      ...regions.filter((region) => !["fra1", "ams3"].includes(region)).map((region): [RegExp, Sample] => [new RegExp(`it is in ${region}`), digitalocean("droplet", { region })]),
      ...["volume", "vpc", "reservedIp", "loadBalancer", "databaseCluster", "databaseReplica", "spacesBucket", "kubernetesCluster", "vpcNatGateway",
        "floatingIp", "nfs", "nfsSnapshot", "vectorDatabase", "containerRegistry", "containerRegistries", "dedicatedInference", "genaiKnowledgeBase", "gradientaiKnowledgeBase"].map((word): [RegExp, Sample] => [/it is in nyc1/, digitalocean(word, { region: "nyc1" })]),
      // DigitalOcean chooses: New York for a bucket.
      ...["droplet", "spacesBucket", "app", "containerRegistry", "containerRegistries", "loadBalancer"].map((word): [RegExp, Sample] => [/it names no region/, digitalocean(word, {})]), [/it names no region/, digitalocean("app", { spec: { name: "a" } })],
      [/it is in nyc1/, digitalocean("reservedIpv6", { regionSlug: "nyc1" })],
      [/it is in nyc/, digitalocean("app", { spec: { region: "nyc" } })], [/it is in fr$/m, digitalocean("app", { spec: { region: "fr" } })],
      [/it is in nyc1/, digitalocean("dropletAutoscale", { dropletTemplate: { region: "nyc1" } })],
    ],
    unknown: [digitalocean("droplet", { region: unknown })],
  },
});

test("types that need no rule exist, and no rule looks at them", () => {
  const judged = new Set(rules.flatMap((rule) => (isStackRule(rule) ? rule.of : rule.types)));
  for (const type of harmlessTypes) expect([type, judged.has(type)]).toEqual([type, false]);
  for (const type of harmlessTypes.filter((each) => !each.startsWith("pulumi:"))) expect(typeInSdk(type)).toBe(type);
});
