import * as fs from "node:fs";
import { ResourceModel, UNKNOWN, type Properties } from "../../../../local/providers/resource";
import { useScratchDirectories } from "../../services/scratch";

jest.mock("../../../../local/aws/s3", () => ({ enforce: () => Promise.resolve(), s3: () => ({ send: () => Promise.resolve({}) }) })); // an S3 that agrees to all

const scratch = useScratchDirectories();
const { aws } = jest.requireActual<typeof import("../../../../local/providers/aws")>("../../../../local/providers/aws");

afterAll(() => fs.rmSync(scratch, { recursive: true }));

const model = (type: string): ResourceModel => Object.entries(aws.resources).find(([name]) => name.endsWith(`:${type}`))![1];
const faults = (type: string, inputs: Properties): string[] => (model(type).check?.(inputs) ?? []).map((fault) => fault.property);
const context = { urn: "", log: () => undefined, signal: new AbortController().signal };

const rule = { id: "a", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 90 } };
const cold = { noncurrentDays: 30, storageClass: "GLACIER_IR" };

/** What AWS and the official provider refuse, by the property it is about. */
test.each<[string, Properties, string[]]>([
  ["User", { name: "u".repeat(64) }, []],
  ["User", { name: "u".repeat(65) }, ["name"]],
  ["Group", { name: "g".repeat(128) }, []],
  ["Group", { name: "g".repeat(129) }, ["name"]],
  ["BucketLifecycleConfiguration", { rules: [rule] }, []],
  ["BucketLifecycleConfiguration", { rules: UNKNOWN }, []],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, status: "On" }] }, ["rules[0].status"]],
  ["BucketLifecycleConfiguration", { rules: [{ id: "a", status: "Enabled", filter: {} }] }, ["rules[0].id"]],
  ["BucketLifecycleConfiguration", { rules: [rule, { ...rule, id: "b" }] }, []],
  ["BucketLifecycleConfiguration", { rules: [rule, rule] }, ["rules[1].id"]],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, noncurrentVersionTransitions: [cold] }] }, []],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, noncurrentVersionTransitions: [{ ...cold, noncurrentDays: 90 }] }] }, ["rules[0].noncurrentVersionExpiration"]],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, noncurrentVersionExpiration: { noncurrentDays: 0 } }] }, ["rules[0].noncurrentVersionExpiration"]],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, noncurrentVersionExpiration: { noncurrentDays: UNKNOWN }, noncurrentVersionTransitions: [cold] }] }, []],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, expiration: { days: 30 }, transitions: [{ days: 30, storageClass: "GLACIER_IR" }] }] }, ["rules[0].expiration"]],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, expiration: { days: 30, expiredObjectDeleteMarker: true } }] }, ["rules[0].expiration"]],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, transitions: [{ days: 7, storageClass: "STANDARD_IA" }] }] }, ["rules[0].transitions"]],
  ["BucketLifecycleConfiguration", { rules: [{ ...rule, noncurrentVersionTransitions: [{ noncurrentDays: 7, storageClass: "ONEZONE_IA" }] }] }, ["rules[0].noncurrentVersionTransitions"]],
])("%s %j is refused for %j", (type, inputs, expected) => {
  expect(faults(type, inputs).sort()).toEqual([...expected].sort());
});

test("a group is deleted only when it is empty", async () => {
  await model("Group").create({ name: "writers", path: "/" }, context);
  await model("User").create({ name: "writer", path: "/" }, context);
  const membership = { user: "writer", groups: ["writers"] };
  const { id } = await model("UserGroupMembership").create(membership, context);
  await expect(model("Group").delete("writers", {}, context)).rejects.toThrow("DeleteConflict: cannot delete entity, must remove users from group first");
  await model("UserGroupMembership").delete(id, membership, context);
  await model("Group").delete("writers", {}, context);
  expect(await model("Group").read("writers", {})).toBeUndefined();
});

test("a user removed from all groups still has a membership, which is empty", async () => {
  await model("Group").create({ name: "readers", path: "/" }, context);
  await model("User").create({ name: "reader", path: "/" }, context);
  const membership = { user: "reader", groups: ["readers"] };
  const { id } = await model("UserGroupMembership").create(membership, context);
  await model("UserGroupMembership").delete(id, membership, context);
  expect((await model("UserGroupMembership").read(id, membership))!.outputs).toEqual({ user: "reader", groups: [] });
  await model("User").delete("reader", {}, context);
  expect(await model("UserGroupMembership").read(id, membership)).toBeUndefined();
});

test("a bucket is read with the settings of its own resources", async () => {
  const bucket = "ringo-test-postgres";
  const read = async () => (await model("Bucket").read(bucket, {}))!.outputs;
  await model("Bucket").create({ bucket, objectLockEnabled: true }, context);
  expect(await read()).toMatchObject({
    versioning: { enabled: true }, objectLockConfiguration: { objectLockEnabled: "Enabled" }, lifecycleRules: [], policy: "",
    serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } } },
  });
  const kms = { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:…" }, bucketKeyEnabled: true };
  const retention = { defaultRetention: { mode: "GOVERNANCE", days: 30 } };
  await model("BucketServerSideEncryptionConfiguration").create({ bucket, rules: [kms] }, context);
  await model("BucketObjectLockConfiguration").create({ bucket, rule: retention }, context);
  await model("BucketLifecycleConfiguration").create({ bucket, rules: [{ ...rule, noncurrentVersionTransitions: [cold] }] }, context);
  await model("BucketLogging").create({ bucket, targetBucket: bucket, targetPrefix: "postgres/" }, context);
  expect(await read()).toMatchObject({
    objectLockConfiguration: { objectLockEnabled: "Enabled", rule: retention },
    serverSideEncryptionConfiguration: { rule: kms },
    logging: { targetBucket: bucket, targetPrefix: "postgres/" },
    lifecycleRules: [{
      id: "a", enabled: true, prefix: "", noncurrentVersionExpiration: { days: 90 }, noncurrentVersionTransitions: [{ days: 30, storageClass: "GLACIER_IR" }],
    }],
  });
});
