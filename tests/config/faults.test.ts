import { generateKeyPairSync } from "node:crypto";
import { renderFaults, validate } from "../../config";
import { cases } from "./cases";
import { digest, faultsOf, least, stored } from "./fixture";

const json = JSON.stringify;

test.each(cases)("%s", (_name, changes, key, reason, allowed, command) => {
  const faults = faultsOf(changes);
  expect(faults.map((fault) => fault.key)).toEqual([key]);
  expect(faults[0].reason).toMatch(reason);
  expect(faults[0].allowed).toMatch(allowed);
  expect(faults[0].command).toContain(command);
});

test("the message shows each value, what is allowed and the command", () => {
  const message = renderFaults("staging", faultsOf({ apiInstanceCount: "0", vpcCidr: "8.8.0.0/20" }));
  expect(message).toBe([
    "the configuration of stack staging has 2 faults; nothing was changed",
    "",
    '  vpcCidr = "8.8.0.0/20": is not private (RFC 1918)',
    `    allowed: ${faultsOf({ vpcCidr: "8.8.0.0/20" })[0].allowed}`,
    "    to fix: pulumi config set --stack staging vpcCidr 10.20.0.0/20",
    "",
    "  apiInstanceCount = 0: is below 1",
    "    allowed: a whole number from 1 to 500",
    "    to fix: pulumi config set --stack staging apiInstanceCount 2",
  ].join("\n"));
});

test("all faults are reported together: of keys, of members, and between keys", () => {
  const keys = faultsOf({
    regoin: "fra1", domain: undefined, sshAllowedCidrs: '["0.0.0.0/0","10.0.0.0/8"]', image: "backend:1", djangoSecretKey: undefined,
    autoscaler: '{"mx":1,"min":9,"max":3}', mediaStorage: '{"endpoint":"https://s3.ringo.dev","region":"fra1","bucket":"media"}',
  }).map((fault) => fault.key);
  expect(keys.sort()).toEqual([
    "autoscaler.min", "autoscaler.mx", "djangoSecretKey", "domain", "image", "mediaAccessKeyId", "mediaSecretAccessKey", "regoin",
    "sshAllowedCidrs[0]", "sshAllowedCidrs[1]",
  ]);
});

const slack = "https://hooks.slack.dev/not-a-hook";

test.each<[string, Record<string, string>, string[]]>([
  ["backups", { backups: json({ region: "xx", retentionDays: 60, archiveDays: 30, lockDays: 45, incrementalEveryHours: 5 }) },
    ["backups.region", "backups.archiveDays", "backups.lockDays", "backups.incrementalEveryHours"]],
  ["autoscaler", { autoscaler: json({ enabled: "yes", min: 9, max: 3 }) }, ["autoscaler.enabled", "autoscaler.min"]],
  ["a small worker", { workerSize: "s-1vcpu-1gb", autoscaler: json({ min: 5, max: 10 }) }, ["autoscaler.max", "autoscaler.min"]],
  ["alerts", { alertSlackUrl: slack, alerts: json({ heartbeatSeconds: 1, telegramChatId: "1" }) }, ["alerts.heartbeatSeconds", "alerts.runbook", "alertTelegramToken"]],
  ["alerts of production", { environment: "production", alerts: json({ runbook: "http://wiki.ringo.dev" }) }, ["alerts.runbook", "alertWebhookUrl", "logs.image"]],
  ["a group in a group", { alerts: json({ runbook: "https://wiki.ringo.dev/alerts", email: { to: "nobody", from: "b@ringo.dev", server: "smtp.ringo.dev:2525", username: "b" } }) }, ["alerts.email.to", "alertEmailPassword"]],
  ["a required one", { acme: json({ server: "http://acme.ringo.dev" }) }, ["acme.server", "acme.email"]],
  ["one that is left out", { acme: json({ server: "http://acme.ringo.dev", email: "a@example.com" }) }, ["acme.server", "acme.email"]],
  ["a key with two faults only once", { backups: json({ retentionDays: 400, archiveDays: 30, lockDays: 7 }) }, ["backups.retentionDays"]],
])("a fault of a group hides none between its other members, nor with other keys: %s", (_name, changes, keys) => {
  expect(faultsOf(changes).map((fault) => fault.key)).toEqual(keys);
});

test("an operator's key must be one that sshd accepts", () => {
  const blob = (...fields: Buffer[]) => Buffer.concat(fields.flatMap((field) => [Buffer.from([0, 0, field.length >> 8, field.length & 255]), field]));
  const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" });
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.from(jwk.n!, "base64url")]);
  const rsa = `ssh-rsa ${blob(Buffer.from("ssh-rsa"), Buffer.from([1, 0, 1]), modulus).toString("base64")} old@laptop`;
  const ed25519 = `ssh-ed25519 ${blob(Buffer.from("ssh-ed25519"), Buffer.alloc(32, 7)).toString("base64")} new@laptop`;
  expect(faultsOf({ operatorSshKeys: json([ed25519]) })).toEqual([]);
  expect(faultsOf({ operatorSshKeys: json([ed25519, rsa]) })[0]).toMatchObject({ key: "operatorSshKeys[1]", reason: "is an RSA key of 2048 bits; 3072 is the least" });
});

test("every remaining placeholder is reported, except in a throwaway stack", () => {
  const changes = {
    domain: "api.ringo.example", dnsZone: "ringo.example", acme: '{"email":"operations@ringo.example"}', image: `ghcr.io/ringo/backend@sha256:${"0".repeat(64)}`,
    sshAllowedCidrs: '["203.0.113.7/32"]', adminAllowedCidrs: '["185.12.64.7/32","2001:db8:1::/48"]',
    corsAllowedOrigins: '["https://app.ringo.example"]', csrfTrustedOrigins: '["https://app.example.com"]', allowedHosts: '["api2.ringo.test"]',
    alertEmailPassword: "not-a-password", alerts: json({
      runbook: "https://wiki.example.net/alerts", cloudEmails: ["ops@ringo.dev", "ops@example.org"], email: { to: "a@ringo.invalid", from: "b@ringo.dev", server: "smtp.example.com:2525", username: "b@example.com" },
    }),
    backups: json({ endpoint: "https://s3.ringo.test:7070" }), logs: json({ image: `registry.example.com/loki@${digest}` }),
  };
  const faults = faultsOf(changes);
  expect(faults.every((fault) => fault.reason === "is still the placeholder")).toBe(true);
  expect(faults.map((fault) => fault.key).sort()).toEqual([
    "acme.email", "adminAllowedCidrs[1]", "alerts.cloudEmails[1]", "alerts.email.server", "alerts.email.to", "alerts.email.username", "alerts.runbook", "allowedHosts[0]", "backups.endpoint", "corsAllowedOrigins[0]", "csrfTrustedOrigins[0]", "dnsZone", "domain", "image", "logs.image", "sshAllowedCidrs[0]",
  ]);
  expect(faultsOf({ ...changes, throwaway: "true" }).map((fault) => fault.key)).toEqual(["image"]);
});

test("the environment's name defaults to the stack's", () => {
  expect(validate(least, stored(least), "prod")).toMatchObject({ valid: false, faults: [{ key: "environment", reason: expect.stringMatching(/stack's name, prod, which is production/) as string }] });
});

test("a name that only resembles an example is accepted", () => {
  expect(faultsOf({
    domain: "test.examples.dev", acme: '{"email":"example@ringo.dev"}', image: `localhost:5000/example/test@${digest}`, environment: "test", tags: '["test","team:example"]', queues: '["test"]',
  })).toEqual([]);
});

test("a throwaway stack may use tags and names kept for examples", () => {
  expect(faultsOf({
    throwaway: "true", image: "registry.ringo.test:5000/backend:1.2", domain: "api.ringo.example", sshAllowedCidrs: '["203.0.113.7/32"]',
    acme: '{"email":"operator@ringo.example"}',
  })).toEqual([]);
});

test.each([
  ["Production", "production"], ["feature_x", "feature-x"], ["v1.2", "v1-2"], ["-x-", "x"], ["_", "'<name>'"], ["a".repeat(36), "a".repeat(35)],
])("a stack of a name that S3, volumes or tags would refuse (%s)", (name, meant) => {
  expect(validate(least, stored(least), name)).toMatchObject({ valid: false, faults: [
    { key: "the stack's name", reason: expect.stringMatching(/buckets/) as string, allowed: expect.stringMatching(/1 to 35/) as string, command: `pulumi stack rename --stack ${name} ${meant}` },
  ] });
});

test("a bad stack name is reported last, as the other commands still use it", () => {
  const verdict = validate({ ...least, apiInstanceCount: "0" }, stored(least), "Feature_X");
  expect(verdict.valid ? [] : verdict.faults.map((fault) => fault.command)).toEqual(["pulumi config set --stack Feature_X apiInstanceCount 2", "pulumi stack rename --stack Feature_X feature-x"]);
});

test.each(["live", "1", "feature-1", "a".repeat(35)])("%s is a valid stack name", (name) => {
  expect(validate(least, stored(least), name)).toMatchObject({ valid: true });
});

test("variables that only sound like a secret, or contain none, are accepted", () => {
  expect(faultsOf({ environmentVariables: json({
    PASSWORD_RESET_TIMEOUT: 3600, EMAIL_HOST_PASSWORD: "", USE_TOKEN: true, GOOGLE_PUBLIC_KEY: "x", CACHE_KEY_PREFIX: "x", SEARCH_URL: "https://user@search.ringo.dev:9200/a:b",
  }) })).toEqual([]);
});
