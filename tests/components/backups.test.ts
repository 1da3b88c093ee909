import { deploy, plain, requested, stateOf, type Registered } from "./program";

const s3 = (what: string) => `aws:s3/bucket${what}:Bucket${what[0].toUpperCase()}${what.slice(1)}`;
const of = (resources: Registered[], type: string): Registered[] => resources.filter((r) => r.type === type);
const buckets = (resources: Registered[]) => of(resources, "aws:s3/bucket:Bucket");
const backupBuckets = ["backups-postgres", "backups-media"];

let resources: Registered[];
/** What each depends on, by its name. */
let waits: Map<string, string[]>;
beforeAll(async () => {
  const all = await requested();
  resources = all.resources;
  waits = new Map(all.requests.map((request) => [request.getName(), request.getDependenciesList()]));
});

test("there is a bucket for PostgreSQL, one for media and one for the logs of both", () => {
  expect(buckets(resources).map((r) => r.name).sort()).toEqual(["backups-logs", "backups-media", "backups-postgres"]);
});

test("every bucket is versioned, blocks public access in all four ways, is encrypted, and requires TLS", () => {
  for (const { name, inputs } of buckets(resources)) {
    const about = (type: string) => of(resources, type).filter((r) => r.inputs.bucket === inputs.bucket).map((r) => r.inputs);
    expect([name, about(s3("Versioning"))[0]?.versioningConfiguration]).toEqual([name, { status: "Enabled" }]);
    expect(about(s3("PublicAccessBlock"))).toEqual([{
      bucket: inputs.bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true,
    }]);
    expect(about(s3("ServerSideEncryptionConfiguration"))).toHaveLength(1);
    expect(about(s3("OwnershipControls"))[0].rule).toEqual({ objectOwnership: "BucketOwnerEnforced" });
    expect(about(s3("Policy"))[0].policy).toContain("aws:SecureTransport");
  }
});

test("backups are encrypted with a rotating key", () => {
  const [key] = of(resources, "aws:kms/key:Key");
  expect(key.inputs.enableKeyRotation).toBe(true);
  const rules = of(resources, s3("ServerSideEncryptionConfiguration")).filter((r) => !r.name.startsWith("backups-logs")).map((r) => r.inputs.rules[0]);
  for (const rule of rules) {
    expect(rule.applyServerSideEncryptionByDefault).toEqual({ sseAlgorithm: "aws:kms", kmsMasterKeyId: expect.stringMatching(/^arn:aws:kms:/) });
  }
  expect(rules).toHaveLength(2);
});

test("no bucket accepts SSE-C objects", () => {
  const rules = of(resources, s3("ServerSideEncryptionConfiguration")).map((r) => r.inputs.rules[0]);
  expect(rules.map((rule) => rule.blockedEncryptionTypes)).toEqual([["SSE-C"], ["SSE-C"], ["SSE-C"]]);
});

test.each(backupBuckets)("%s is locked and logged, and only old versions expire, after archiveDays", (name) => {
  const { inputs } = buckets(resources).find((r) => r.name === name)!;
  expect(inputs.objectLockEnabled).toBe(true);
  expect(resources.find((r) => r.name === `${name}-lock`)!.inputs.rule.defaultRetention).toEqual({ mode: "GOVERNANCE", days: 30 });
  expect(resources.find((r) => r.name === `${name}-logging`)!.inputs.targetBucket).toMatch(/-logs-123456789012$/);
  const rules = resources.find((r) => r.name === `${name}-lifecycle`)!.inputs.rules;
  expect(rules.flatMap((r: any) => (r.expiration?.days ? [r.id] : []))).toEqual([]);
  expect(rules[0].noncurrentVersionExpiration).toEqual({ noncurrentDays: 365 });
  expect(rules[0].transitions.map((t: any) => t.storageClass)).toEqual(["GLACIER_IR"]); // a restore reads it at once
  expect(rules[1].abortIncompleteMultipartUpload).toEqual({ daysAfterInitiation: 2 });
});

test("no transition comes after expiry", async () => {
  const { resources: short } = await deploy({ backups: { archiveDays: 60 } });
  const rules = short.find((r) => r.name === "backups-postgres-lifecycle")!.inputs.rules;
  expect(rules[0].noncurrentVersionTransitions).toEqual([{ noncurrentDays: 30, storageClass: "GLACIER_IR" }]);
});

describe("a protected stack", () => {
  let kept: Registered[];
  let held: [name: string, protect: boolean, retained: boolean][];
  beforeAll(async () => {
    const all = await requested({ protect: true });
    kept = all.resources;
    held = all.requests.filter((request) => /^(aws|digitalocean):.*:(Bucket|Key|Volume)$/.test(request.getType()))
      .map((request) => [request.getName(), request.getProtect(), request.getRetainondelete()]);
  });

  test("locks in compliance mode, and keeps its buckets", () => {
    expect(kept.find((r) => r.name === "backups-postgres-lock")!.inputs.rule.defaultRetention.mode).toBe("COMPLIANCE");
    expect(buckets(kept).map((r) => r.inputs.forceDestroy)).toEqual([false, false, false]);
  });

  test("loses nothing if the program drops it, and has a month to cancel the deletion of the backups' key", () => {
    expect(held.sort()).toEqual(["backups-key", "backups-logs", "backups-media", "backups-postgres", "data-volume"].map((name) => [name, true, true]));
    expect(of(kept, "aws:kms/key:Key")[0].inputs.deletionWindowInDays).toBe(30);
  });
});

test("adding or removing a lock does not replace the bucket, as a new one would be empty", async () => {
  const { resources: open, requests } = await requested({ backups: { lockDays: 0 } });
  for (const name of backupBuckets) {
    const [locked, without] = [resources, open].map((all) => buckets(all).find((r) => r.name === name)!.inputs);
    expect(without).toEqual(locked);
    // One that was made without stays, too: AWS turns the lock on in a bucket that exists.
    const [request] = requests.filter((each) => each.getName() === name && each.getType() === "aws:s3/bucket:Bucket");
    expect(request.getIgnorechangesList()).toEqual(["objectLockEnabled"]);
  }
});

test("resources that act on versions wait for versioning", () => {
  for (const name of backupBuckets) for (const what of ["lock", "lifecycle"]) expect(waits.get(`${name}-${what}`)).toContainEqual(expect.stringContaining(`::${name}-versioning`));
});

test("without a lock and media there are no resources for them", async () => {
  const { resources: bare } = await deploy({ backups: { lockDays: 0, media: false } });
  expect(of(bare, s3("ObjectLockConfiguration"))).toEqual([]);
  expect(buckets(bare).map((r) => r.name).sort()).toEqual(["backups-logs", "backups-postgres"]);
});

test("the writer has its permissions from a group, for this stack's buckets only", () => {
  const [policy] = of(resources, "aws:iam/groupPolicy:GroupPolicy");
  const allowed = JSON.parse(plain(policy.inputs.policy)).Statement.filter((s: any) => s.Effect === "Allow").flatMap((s: any) => s.Resource);
  for (const resource of allowed) expect(resource).toMatch(/^arn:aws:(s3:::ringo-test-(postgres|media)-123456789012(\/\*)?$|kms:)/);
  expect(of(resources, "aws:iam/userPolicy:UserPolicy")).toEqual([]);
});

test("a new generation of the key is another resource, so both exist for a while", async () => {
  const { resources: rotated } = await deploy({ backups: { keyGeneration: 2 } });
  const names = (all: Registered[]) => of(all, "aws:iam/accessKey:AccessKey").map((r) => r.name);
  expect(names(resources)).toEqual(["backups-writer-key-1"]);
  expect(names(rotated)).toEqual(["backups-writer-key-2"]);
});

test("the key's secret and the passphrase are sent to the data machine only", () => {
  const holding = (secret: string) => of(resources, "command:remote:Command").filter((r) => JSON.stringify(stateOf(r)).includes(secret)).map((r) => r.name);
  expect(holding("secretOfbackupswriterkey1")).toEqual(["data-data"]);
  expect(holding("not-a-real-passphrase")).toEqual(["data-data"]);
});
