import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { validate } from "../../config";
import { overlaps, parseCidr } from "../../config/cidr";
import { plainIn } from "../../config/written";
import { filled, typed } from "./blanks";
import { run } from "./cli";
import { least, stored } from "./fixture";

const root = path.resolve(__dirname, "../..");
const read = (file: string) => parse(readFileSync(path.join(root, file), "utf8")) as Record<string, unknown>;

/** A stack's file: what is in it by key, without the project's name. */
const config = (stack: string) => Object.entries(read(`Pulumi.${stack}.yaml`).config as Record<string, unknown>).map(([name, value]) => {
  expect(name).toMatch(/^ringo-infra:/);
  return [name.replace("ringo-infra:", ""), value] as const;
});

/** Its plain part as Pulumi hands it to the program: text as it is, everything else as JSON. Secrets need the stack's key. */
const raw = (stack: string): Record<string, string> => Object.fromEntries(config(stack)
  .filter(([name]) => !stored({ [name]: "" }).has(name))
  .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]));

const faultyKeys = (values: Record<string, string>, stack: string) => {
  const verdict = validate(values, stored(values), stack);
  return verdict.valid ? [] : verdict.faults.map((fault) => fault.key);
};

/** Placeholders that have already been replaced are no longer named. */
const expectOnly = (keys: string[], allowed: string[]) => expect(keys.filter((key) => !allowed.includes(key))).toEqual([]);

test("the project's name is the keys' namespace, and its entry is index.ts", () => {
  expect(read("Pulumi.yaml")).toMatchObject({ name: "ringo-infra", main: "index.ts", runtime: { name: "nodejs", options: { typescript: true } } });
});

test("the local stack's file lacks only what `make up` adds", () => {
  const values = raw("local");
  expectOnly(faultyKeys(values, "local"), ["backupPassphrase", "djangoSecretKey", "image"]);
  expect(faultyKeys({
    ...values,
    image: "registry.ringo.test/backend:dev",
    djangoSecretKey: least.djangoSecretKey,
    backupPassphrase: least.backupPassphrase,
    registry: '{"username":"local"}',
    registryToken: "not-a-token",
    acme: JSON.stringify({ ...JSON.parse(values.acme) as object, server: "https://acme.ringo.test/dir" }),
  }, "local")).toEqual([]);
});

test.each(["staging", "production"])("%s lacks only its secrets and placeholders", (stack) => {
  const values = raw(stack);
  const placeholders = ["acme.email", "adminAllowedCidrs[0]", "corsAllowedOrigins[0]", "csrfTrustedOrigins[0]", "dnsZone", "domain", "image", "logs.image", "sshAllowedCidrs[0]"];
  const secrets = ["backupPassphrase", "djangoSecretKey", "mediaAccessKeyId", "mediaSecretAccessKey", "registryToken"];
  const told = stack === "production" ? ["alertWebhookUrl", "alerts.runbook"] : [];
  expectOnly(faultyKeys(values, stack), [...placeholders, ...secrets, ...told]);
  const fixed = Object.fromEntries(Object.entries(values).map(([name, value]) => [
    name, value.replaceAll("ringo.example", "ringo.dev").replaceAll("203.0.113.", "185.12.64.").replace(/0{64}/, "ab".repeat(32)),
  ]));
  expect(faultyKeys({
    ...fixed, djangoSecretKey: least.djangoSecretKey, backupPassphrase: least.backupPassphrase, mediaAccessKeyId: "not-a-key", mediaSecretAccessKey: "not-a-secret", registryToken: "not-a-token",
    ...(told.length > 0 ? { alertWebhookUrl: "https://hooks.ringo.dev/not-a-hook", alerts: '{"runbook":"https://wiki.ringo.dev/alerts"}' } : {}),
  }, stack)).toEqual([]);
});

test.each(["staging", "production"])("the commands suggested for %s lead to a valid configuration", (stack) => {
  let now = { raw: raw(stack), secretKeys: new Set<string>() };
  for (let round = 0; round < 3; round++) {
    const verdict = validate(now.raw, now.secretKeys, stack);
    const commands = verdict.valid ? [] : verdict.faults.map(({ command }) => filled(command));
    now = commands.reduce((stored, command) => run(command, stored, typed), now);
  }
  expect(validate(now.raw, now.secretKeys, stack)).toMatchObject({ valid: true });
});

test("no stack's file contains a secret in plain text", () => {
  for (const stack of ["local", "staging", "production"]) {
    const secrets = config(stack).filter(([name]) => stored({ [name]: "" }).has(name));
    expect(secrets.flatMap(([name, value]) => plainIn(value, [name]))).toEqual([]);
  }
});

test("the networks of staging and production do not overlap, so they could be peered", () => {
  const [a, b] = ["staging", "production"].map((stack) => parseCidr(raw(stack).vpcCidr)!);
  expect(overlaps(a, b)).toBe(false);
});
