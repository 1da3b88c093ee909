import * as fs from "node:fs";
import * as path from "node:path";
import { schema } from "../../config/schema";
import { docOf } from "../../config/doc";
import { stackWith } from "../components/program";

const page = fs.readFileSync(path.join(__dirname, "../../docs/setup.md"), "utf8");

/** The text under a heading, to the next of its kind. */
const section = (heading: string): string => page.split(/^## /m).find((text) => text.startsWith(heading))!;

/** The types of one provider that the whole program makes, with everything in it that may be left out. */
async function made(provider: string): Promise<string[]> {
  const { resources } = await stackWith({ alerts: { runbook: "https://wiki.ringo.test/alerts", cloudEmails: ["a@ringo.test"] } });
  return [...new Set(resources.map(({ type }) => type))].filter((type) => type.startsWith(`${provider}:`)).sort();
}

describe("the scopes of DigitalOcean's token", () => {
  /** What DigitalOcean's API asks for, of each call that the provider makes for a type (github.com/digitalocean/openapi, August 2026). */
  const needed: Record<string, string[]> = {
    dnsRecord: ["domain: create, read, update, delete"],
    droplet: ["droplet: create, read, update, delete", "monitoring: create", "tag: create, read, delete", "actions: read", "image: read", "regions: read", "sizes: read"],
    firewall: ["firewall: create, read, update, delete"],
    monitorAlert: ["monitoring: create, read, update, delete"],
    reservedIp: ["reserved_ip: create, read, update, delete"],
    reservedIpAssignment: ["reserved_ip: read, update", "actions: read"],
    sshKey: ["ssh_key: create, read, update, delete"],
    tag: ["tag: create, read, delete"],
    uptimeAlert: ["uptime: create, read, update, delete"],
    uptimeCheck: ["uptime: create, read, update, delete"],
    volume: ["block_storage: create, read, delete", "block_storage_action: create", "tag: create, read, delete"],
    volumeAttachment: ["block_storage: read", "block_storage_action: create, read", "actions: read"],
    vpc: ["vpc: create, read, update, delete"],
    vpcNatGateway: ["nat_gateway: create, read, update, delete"],
  };
  const each = (scopes: string): string[] => {
    const [resource, verbs] = scopes.split(": ");
    return verbs!.split(", ").map((verb) => `${resource}:${verb.split(" ")[0]}`);
  };
  const rows = section("4. DigitalOcean").matchAll(/^\| (`.+) \| (.+) \|$/gm);
  const granted = [...rows].flatMap(([, resources, verbs]) => [...resources!.matchAll(/`([a-z_]+)`/g)].flatMap(([, resource]) => each(`${resource}: ${verbs}`)));

  test("cover all that the program's resources need", async () => {
    const missing = (await made("digitalocean")).map((type) => {
      const scopes = needed[/\/(\w+):/.exec(type)![1]!]?.flatMap(each);
      return [type, scopes?.filter((scope) => !granted.includes(scope)) ?? "is not known here: write down its scopes"] as const;
    });
    expect(missing.filter(([, scopes]) => scopes.length > 0)).toEqual([]);
  });
});

test("the droplets counted for the account's limit are those of the program", async () => {
  const [, said] = /droplet limit holds the stack: (.*?)\./s.exec(section("4. DigitalOcean"))!;
  const { resources } = await stackWith();
  const roles = new Set(resources.filter(({ type }) => type === "digitalocean:index/droplet:Droplet").map(({ inputs }) => /(edge|data|monitor|api|worker)/.exec(inputs.name as string)![1]!));
  expect(roles.size).toBe(5);
  for (const role of roles) expect(said!.toLowerCase()).toContain(role);
});

test("a default VPC is created before the first update and before a change of region", () => {
  const chapter = section("4. DigitalOcean");
  const { region } = schema.shape;
  expect(chapter).toMatch(/default VPC[^#]*before the first `up` and before each change of `region`/);
  expect(chapter).toContain(`doctl vpcs create --name default-${region.parse(undefined)} --region ${region.parse(undefined)}`);
});

describe("machines of another size", () => {
  const chapter = section("11. Machines of another size");

  test("are linked from every size setting", () => {
    const sizes = Object.entries(schema.shape).filter(([name]) => name.endsWith("Size"));
    expect(sizes.map(([name]) => name).sort()).toEqual([...chapter.matchAll(/`(\w+Size)`/g)].map(([, name]) => name).sort());
    for (const [name, key] of sizes) {
      expect([name, docOf(key)?.description]).toEqual([name, expect.stringMatching(/power.*smaller disk.*\(setup\.md#11-machines-of-another-size\)/)]);
    }
  });

  test("are resized one at a time: the --target matches one machine, replaced or not", async () => {
    const [, target] = /--target '\*\*(::[^']+)\*'/.exec(chapter)!;
    for (const changes of [{}, { machineGenerations: { "api-0": 2 } }, { apiInstanceCount: 12 }]) {
      const { resources } = await stackWith(changes);
      expect(resources.filter(({ name }) => `::${name}`.startsWith(target!)).map(({ type }) => type)).toEqual(["digitalocean:index/droplet:Droplet"]);
    }
  });
});

describe("the deployer's policy in AWS", () => {
  interface Statement { Effect: "Allow" | "Deny"; Action: string | string[]; Resource: string | string[] }
  const [, json] = /```json\n([^`]+)```/.exec(section("5. AWS for the backups"))!;
  const { Statement: statements } = JSON.parse(json!.replaceAll("STACK", "test").replaceAll("ACCOUNT", "123456789012").replaceAll("REGION", "eu-central-1")) as { Statement: Statement[] };
  const covers = (patterns: string | string[], what: string): boolean =>
    [patterns].flat().some((pattern) => new RegExp(`^${pattern.replace(/[.?+^$()[\]{}|\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(what));
  const allows = (action: string, resource?: string): boolean => {
    const says = (effect: string) => statements.some((each) => each.Effect === effect && covers(each.Action, action) && (resource === undefined || covers(each.Resource, resource)));
    return says("Allow") && !(resource !== undefined && says("Deny"));
  };

  const bucket = "arn:aws:s3:::ringo-test-postgres-123456789012";
  const [user, group] = ["user", "group"].map((what) => `arn:aws:iam::123456789012:${what}/ringo-test-backup-writer`) as [string, string];
  const [key, alias] = ["key/11111111-2222-3333-4444-555555555555", "alias/ringo-test-backups"].map((what) => `arn:aws:kms:eu-central-1:123456789012:${what}`) as [string, string];
  /** What the official provider asks AWS for, to make, read, change and take away what the program makes; no more than the defaults. */
  const needed: Record<string, Record<string, string>> = {
    "s3/bucket": { [bucket]: "s3: CreateBucket ListBucket DeleteBucket TagResource UntagResource ListTagsForResource GetBucketTagging PutBucketTagging GetBucketPolicy GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning PutBucketVersioning GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration GetBucketObjectLockConfiguration PutBucketObjectLockConfiguration GetBucketLocation" },
    "s3/bucketLifecycleConfiguration": { [bucket]: "s3: PutLifecycleConfiguration GetLifecycleConfiguration" },
    "s3/bucketLogging": { [bucket]: "s3: PutBucketLogging GetBucketLogging" },
    "s3/bucketObjectLockConfiguration": { [bucket]: "s3: PutBucketObjectLockConfiguration GetBucketObjectLockConfiguration" },
    "s3/bucketOwnershipControls": { [bucket]: "s3: PutBucketOwnershipControls GetBucketOwnershipControls" },
    "s3/bucketPolicy": { [bucket]: "s3: PutBucketPolicy GetBucketPolicy DeleteBucketPolicy" },
    "s3/bucketPublicAccessBlock": { [bucket]: "s3: PutBucketPublicAccessBlock GetBucketPublicAccessBlock" },
    "s3/bucketServerSideEncryptionConfiguration": { [bucket]: "s3: PutEncryptionConfiguration GetEncryptionConfiguration" },
    "s3/bucketVersioning": { [bucket]: "s3: PutBucketVersioning GetBucketVersioning" },
    "iam/accessKey": { [user]: "iam: CreateAccessKey ListAccessKeys DeleteAccessKey" },
    "iam/group": { [group]: "iam: CreateGroup GetGroup DeleteGroup" },
    "iam/groupPolicy": { [group]: "iam: PutGroupPolicy GetGroupPolicy DeleteGroupPolicy" },
    "iam/user": { [user]: "iam: CreateUser GetUser DeleteUser TagUser UntagUser ListUserTags ListGroupsForUser" },
    "iam/userGroupMembership": { [user]: "iam: ListGroupsForUser", [group]: "iam: AddUserToGroup RemoveUserFromGroup" },
    "kms/alias": { "*": "kms: ListAliases", [key]: "kms: CreateAlias UpdateAlias DeleteAlias", [alias]: "kms: CreateAlias UpdateAlias DeleteAlias" },
    "kms/key": { "*": "kms: CreateKey TagResource", [key]: "kms: DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags EnableKeyRotation UpdateKeyDescription TagResource UntagResource" },
  };

  test("allows all that the program's resources need", async () => {
    const missing = (await made("aws")).flatMap((type) => Object.entries(needed[type.split(":")[1]!] ?? { [type]: ": is not known here, write down its actions" }).flatMap(([resource, words]) => {
      const [service, names] = words.split(": ");
      return names!.split(" ").map((name) => `${service}:${name}`).filter((action) => !allows(action, resource)).map((action) => `${action} on ${resource}`);
    }));
    expect(missing).toEqual([]);
  });

  test.each([
    "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:CreateLoginProfile", "s3:GetObject", "s3:PutObject", "s3:DeleteObject",
    "s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:BypassGovernanceRetention", "kms:Decrypt", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy",
  ])("does not allow %s, on whatever", (action) => expect(allows(action)).toBe(false));
});
