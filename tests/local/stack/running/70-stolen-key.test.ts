import {
  CreateBucketCommand, DeleteBucketCommand, DeleteBucketPolicyCommand, DeleteObjectCommand, GetBucketPolicyCommand, GetObjectCommand, ListBucketsCommand,
  ListObjectsV2Command, ListObjectVersionsCommand, PutBucketLifecycleConfigurationCommand, PutBucketPolicyCommand, PutBucketVersioningCommand,
  PutObjectCommand, PutObjectLockConfigurationCommand, PutObjectRetentionCommand, type S3Client,
} from "@aws-sdk/client-s3";
import { account } from "../../../../local/aws/account";
import { s3 } from "../../../../local/aws/s3";
import { data, firstBackup, listed, sql, stolenKey, unscheduled } from "../backups";
import { eventually, on } from "../support";

/** What somebody has who took over the data machine: its key to S3. */
let thief: S3Client;
let Bucket: string;
let other: string;

unscheduled();
beforeAll(async () => {
  await firstBackup();
  ({ thief, Bucket } = await stolenKey());
  other = `somebody-elses-${account().id}`;
  await s3().send(new CreateBucketCommand({ Bucket: other }));
  await s3().send(new PutObjectCommand({ Bucket: other, Key: "secret", Body: "x" }));
}, 180_000);
afterAll(async () => {
  await s3().send(new DeleteObjectCommand({ Bucket: other, Key: "secret" }));
  await s3().send(new DeleteBucketCommand({ Bucket: other }));
});

const refused = async (attempt: Promise<unknown>): Promise<string> => attempt.then(() => "done", (error: Error) => error.name);
const Key = "backup/ringo-local-data/backup.info";
const versions = async () => (await s3().send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }))).Versions!.filter((each) => each.Key === Key);

test("can delete and overwrite, but every version stays and can be restored", async () => {
  const [current] = await versions();
  await thief.send(new PutObjectCommand({ Bucket, Key, Body: "ransom" }));
  await thief.send(new DeleteObjectCommand({ Bucket, Key }));
  await thief.send(new DeleteObjectCommand({ Bucket, Key: `${Key}.copy` }));
  expect((await data("ringo-backup list")).stdout).not.toMatch(/any time from/);
  expect((await versions()).map((each) => each.VersionId)).toContain(current.VersionId);

  // What the runbook says: with the account's own credentials, never the machine's.
  for (const key of [Key, `${Key}.copy`]) {
    const { Versions = [], DeleteMarkers = [] } = await s3().send(new ListObjectVersionsCommand({ Bucket, Prefix: key }));
    const [good] = Versions.filter((each) => each.Key === key && (each.Size ?? 0) > 100).sort((a, b) => Number(b.LastModified) - Number(a.LastModified));
    expect(DeleteMarkers.some((each) => each.Key === key)).toBe(true);
    const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key: key, VersionId: good.VersionId }));
    await s3().send(new PutObjectCommand({ Bucket, Key: key, Body: await Body!.transformToByteArray() }));
  }
  expect(await on("data", "ringo-backup list")).toMatch(/any time from/);
  await on("data", "ringo-backup test");
}, 120_000);

test("does not prevent reading the bucket as it was before, including WAL, from the machine itself", async () => {
  await sql("INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'before the theft')");
  await sql("SELECT pg_switch_wal()", "postgres");
  await eventually("the WAL is in S3", async () => (await listed()).wal.waiting === 0, 60);
  const before = (await on("data", "sleep 1; date -u +%Y-%m-%dT%H:%M:%SZ; sleep 1")).trim();
  const [good] = await versions();
  const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key, VersionId: good.VersionId }));
  const content = await Body!.transformToByteArray();
  const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket, Prefix: "archive/" }));
  const wal = await Promise.all(Contents.map(({ Key: key }) => key!).filter((key) => /\/[0-9A-F]{24}-/.test(key)).map(async (key) =>
    ({ key, content: await (await s3().send(new GetObjectCommand({ Bucket, Key: key }))).Body!.transformToByteArray() })));
  const stolen = [Key, `${Key}.copy`].map((key) => ({ key, content })).concat(wal);
  for (const { key } of stolen) await thief.send(new DeleteObjectCommand({ Bucket, Key: key }));
  expect((await data("ringo-backup plan")).code).toBe(2);
  expect(await on("data", `ringo-backup plan --repository-time ${before}`)).toMatch(/from backup \d{8}-/);
  const [, there] = /(psql -h \S+ -p \d+ -U operator ringo)$/m.exec(await on("data", `ringo-backup restore --aside --repository-time ${before}`))!;
  for (const { key, content: body } of stolen) await s3().send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
  expect(await on("data", `cd /; runuser -u postgres -- ${there} -X -At -c "SELECT count(*) FROM orders_heartbeat WHERE worker = 'before the theft'"`)).toBe("1\n");
  await on("data", "ringo-backup discard --all --yes");
}, 120_000);

test.each<[string, () => Promise<unknown>]>([
  ["delete a version", async () => thief.send(new DeleteObjectCommand({ Bucket, Key, VersionId: (await versions())[0].VersionId }))],
  ["bypass the lock", async () => thief.send(new DeleteObjectCommand({ Bucket, Key, VersionId: (await versions())[0].VersionId, BypassGovernanceRetention: true }))],
  ["shorten a lock", async () => thief.send(new PutObjectRetentionCommand({
    Bucket, Key, VersionId: (await versions())[0].VersionId, BypassGovernanceRetention: true, Retention: { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + 60_000) },
  }))],
  ["change the lock", () => thief.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" } }))],
  ["suspend versions", () => thief.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }))],
  ["change the policy", () => thief.send(new PutBucketPolicyCommand({ Bucket, Policy: "{}" }))],
  ["remove the policy", () => thief.send(new DeleteBucketPolicyCommand({ Bucket }))],
  ["read the policy", () => thief.send(new GetBucketPolicyCommand({ Bucket }))],
  ["remove the bucket", () => thief.send(new DeleteBucketCommand({ Bucket }))],
  ["list another bucket", () => thief.send(new ListObjectsV2Command({ Bucket: other }))],
  ["read another bucket", () => thief.send(new GetObjectCommand({ Bucket: other, Key: "secret" }))],
  ["write to another bucket", () => thief.send(new PutObjectCommand({ Bucket: other, Key: "y", Body: "y" }))],
  ["read the access logs", () => thief.send(new ListObjectsV2Command({ Bucket: Bucket.replace("-postgres-", "-logs-") }))],
])("cannot %s", async (_what, attempt) => {
  expect(await refused(attempt())).toBe("AccessDenied");
});

test("cannot change the lifecycle, and sees no other bucket", async () => {
  // This S3 has no lifecycle of its own: it refuses by not knowing it. What AWS would answer is in the policy's unit test.
  expect(await refused(thief.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [] } })))).toMatch(/AccessDenied|NotImplemented/);
  const seen = await thief.send(new ListBucketsCommand({})).then(({ Buckets = [] }) => Buckets.map((each) => each.Name), () => []);
  expect(seen).not.toContain(other);
});

test("even the account's owner cannot remove locked objects without explicitly bypassing the lock", async () => {
  const [{ VersionId }] = await versions();
  expect(await refused(s3().send(new DeleteObjectCommand({ Bucket, Key, VersionId })))).not.toBe("done");
});
