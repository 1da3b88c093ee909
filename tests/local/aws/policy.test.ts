import fc from "fast-check";
import type { Account } from "../../../local/aws/account";
import { effectivePolicy, isPublic, matches, parsePolicy, type GatewayStatement } from "../../../local/aws/policy";
import { backupBucketPolicy, logBucketPolicy, writerPolicy } from "../../../components/bucket-policies";

const bucket = "ringo-backups";
const arn = (name: string): string => `arn:aws:s3:::${name}`;

/** An account with a user in a group, an access key, and two buckets. */
function accountWith(groupPolicy: object | string | undefined, bucketPolicy?: object | string): Account {
  const text = (policy: object | string): string => (typeof policy === "string" ? policy : JSON.stringify(policy));
  const plain = (name: string) => ({ name, region: "us-east-1", tags: {}, objectLock: false, settings: {} });
  return {
    id: "123456789012",
    buckets: {
      [bucket]: { ...plain(bucket), settings: bucketPolicy === undefined ? {} : { policy: { policy: text(bucketPolicy) } } },
      another: plain("another"),
    },
    users: {
      writer: { arn: "arn:aws:iam::123456789012:user/writer", uniqueId: "AIDA", path: "/", tags: {}, groups: ["writers"], accessKeys: { AKIAWRITER: { active: true, createdAt: "" } } },
      idler: { arn: "arn:aws:iam::123456789012:user/idler", uniqueId: "AIDB", path: "/", tags: {}, groups: [], accessKeys: { AKIAIDLER: { active: true, createdAt: "" } } },
    },
    groups: { writers: { arn: "", uniqueId: "AGPA", path: "/", policies: groupPolicy === undefined ? {} : { backups: text(groupPolicy) } } },
    keys: {},
    aliases: {},
  };
}
const policy = (...Statement: object[]) => ({ Version: "2012-10-17", Statement });

/** What the gateway decides, as it does it: any denial that matches wins. */
function decide(statements: GatewayStatement[], key: string, action: string, resource: string): boolean {
  const hits = statements.filter((s) => (s.Principal === "*" || s.Principal.AWS.includes(key))
    && s.Action.some((each) => matches(each, action)) && s.Resource.some((each) => matches(each, resource)));
  return hits.some((s) => s.Effect === "Allow") && !hits.some((s) => s.Effect === "Deny");
}

const action = fc.constantFrom("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucket", "s3:*", "s3:Get*");
const resource = fc.constantFrom("*", arn(bucket), `${arn(bucket)}/*`, `${arn(bucket)}/wal/*`, arn("ringo-*"), arn("another"), `${arn("another")}/*`);
const statement = fc.record({ Effect: fc.constantFrom("Allow", "Deny"), Action: fc.array(action, { minLength: 1, maxLength: 3 }), Resource: fc.array(resource, { minLength: 1, maxLength: 3 }) });
const asked = fc.tuple(fc.constantFrom("s3:GetObject", "s3:PutObject", "s3:DeleteObjectVersion", "s3:ListBucket"), fc.constantFrom(arn(bucket), `${arn(bucket)}/wal/1`, `${arn(bucket)}/x`));

describe("an identity's policy", () => {
  test("whatever it says, it only applies to the group's members", () => {
    fc.assert(fc.property(fc.array(statement, { minLength: 1, maxLength: 4 }), asked, (statements, [what, where]) =>
      !decide(effectivePolicy(accountWith(policy(...statements)), bucket), "AKIAIDLER", what, where)));
  });

  test("is evaluated in the gateway as in AWS: allowed somewhere, denied nowhere", () => {
    fc.assert(fc.property(fc.array(statement, { minLength: 1, maxLength: 4 }), asked, (statements, [what, where]) => {
      const hits = statements.filter((s) => s.Action.some((each) => matches(each, what)) && s.Resource.some((each) => matches(each, where)));
      const expected = hits.some((s) => s.Effect === "Allow") && !hits.some((s) => s.Effect === "Deny");
      return decide(effectivePolicy(accountWith(policy(...statements)), bucket), "AKIAWRITER", what, where) === expected;
    }));
  });

  test("ignores other buckets and other services", () => {
    const statements = effectivePolicy(accountWith(policy(
      { Effect: "Allow", Action: "s3:GetObject", Resource: `${arn("another")}/*` },
      { Effect: "Allow", Action: "kms:Decrypt", Resource: "*" },
    )), bucket);
    expect(statements).toEqual([]);
  });

  test("gives nothing to a key that is inactive or no longer in the group", () => {
    const allowed = policy({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" });
    const inactive = accountWith(allowed);
    inactive.users.writer.accessKeys.AKIAWRITER.active = false;
    const out = accountWith(allowed);
    out.users.writer.groups = [];
    for (const account of [inactive, out]) expect(effectivePolicy(account, bucket)).toEqual([]);
  });
});

describe("the program's own policies", () => {
  const account = accountWith(writerPolicy([arn(bucket)], "arn:aws:kms:us-east-1:123456789012:key/x"), backupBucketPolicy(arn(bucket)));

  test.each([["s3:PutObject", `${arn(bucket)}/a`, true], ["s3:GetObjectVersion", `${arn(bucket)}/a`, true], ["s3:ListBucket", arn(bucket), true],
    ["s3:DeleteObject", `${arn(bucket)}/a`, true], ["s3:DeleteObjectVersion", `${arn(bucket)}/a`, false], ["s3:BypassGovernanceRetention", `${arn(bucket)}/a`, false],
    ["s3:PutBucketPolicy", arn(bucket), false], ["s3:PutLifecycleConfiguration", arn(bucket), false], ["s3:DeleteBucket", arn(bucket), false],
    ["s3:PutBucketVersioning", arn(bucket), false], ["s3:PutBucketObjectLockConfiguration", arn(bucket), false]])(
    "the writer and %s on %s: %s", (what, where, expected) => {
      expect(decide(effectivePolicy(account, bucket), "AKIAWRITER", what, where)).toBe(expected);
    });

  test("give access to the log bucket only to S3 itself, which has no key", () => {
    expect(effectivePolicy(accountWith(undefined, logBucketPolicy(arn(bucket), "123456789012")), bucket)).toEqual([]);
  });
});

describe("a bucket's policy", () => {
  const allow = (Principal: unknown, more: object = {}) => policy({ Effect: "Allow", Principal, Action: "s3:GetObject", Resource: `${arn(bucket)}/*`, ...more });

  test("for a user applies to the user's keys", () => {
    expect(effectivePolicy(accountWith(undefined, allow({ AWS: "arn:aws:iam::123456789012:user/idler" })), bucket)[0].Principal).toEqual({ AWS: ["AKIAIDLER"] });
  });

  test("for the account leaves permissions to the identities' own policies, but denies apply to all of them", () => {
    const root = { AWS: "arn:aws:iam::123456789012:root" };
    expect(effectivePolicy(accountWith(undefined, allow(root)), bucket)).toEqual([]);
    expect(effectivePolicy(accountWith(undefined, allow(root, { Effect: "Deny" })), bucket)[0].Principal).toEqual({ AWS: ["AKIAWRITER", "AKIAIDLER"] });
  });

  test("that gives everybody access is public, however it is written", () => {
    for (const everybody of ["*", { AWS: "*" }]) expect(isPublic(JSON.stringify(allow(everybody)))).toBe(true);
    expect(isPublic(JSON.stringify(allow({ AWS: "arn:aws:iam::123456789012:user/idler" })))).toBe(false);
    expect(isPublic(backupBucketPolicy(arn(bucket)))).toBe(false); // it only denies
  });
});

test.each([
  ["invalid JSON", "{", /invalid JSON/],
  ["an old version", { Version: "2008-10-17", Statement: [] }, /Version/],
  ["no statement", policy(), /no statement/],
  ["an unknown element", policy({ Effect: "Allow", NotAction: "s3:*", Action: "s3:*", Resource: "*" }), /NotAction/],
  ["a condition that cannot be evaluated", policy({ Effect: "Allow", Action: "s3:*", Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "192.0.2.1" } } }), /IpAddress aws:SourceIp/],
  ["neither Allow nor Deny", policy({ Effect: "allow", Action: "s3:*", Resource: "*" }), /Effect/],
  ["a principal in an identity's policy", policy({ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" }), /no Principal/],
])("%s is an error, and never ignored", (_name, document, reason) => {
  expect(() => parsePolicy(typeof document === "string" ? document : JSON.stringify(document), "identity")).toThrow(reason);
});
