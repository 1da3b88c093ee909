import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { validate } from "../../config";
import { least, stored } from "./fixture";

const root = path.resolve(__dirname, "../..");
const read = (file: string) => parse(readFileSync(path.join(root, file), "utf8")) as Record<string, unknown>;

/** A stack's file as Pulumi hands it to the program: text as it is, everything else as JSON. */
function raw(stack: string): Record<string, string> {
  const config = read(`Pulumi.${stack}.yaml`).config as Record<string, unknown>;
  return Object.fromEntries(Object.entries(config).map(([name, value]) => {
    expect(name).toMatch(/^ringo-infra:/);
    return [name.replace("ringo-infra:", ""), typeof value === "string" ? value : JSON.stringify(value)];
  }));
}

const faultyKeys = (values: Record<string, string>, stack: string) => {
  const verdict = validate(values, stored(values), stack);
  return verdict.valid ? [] : verdict.faults.map((fault) => fault.key).sort();
};

test("the project has the name that the keys carry, and starts index.ts", () => {
  expect(read("Pulumi.yaml")).toMatchObject({ name: "ringo-infra", main: "index.ts", runtime: { name: "nodejs", options: { typescript: true } } });
});

test("the local stack lacks only what its command makes", () => {
  const values = raw("local");
  expect(faultyKeys(values, "local")).toEqual(["djangoSecretKey", "image"]);
  expect(faultyKeys({
    ...values,
    image: "registry.ringo.test/backend:dev",
    djangoSecretKey: least.djangoSecretKey,
    registry: '{"username":"local"}',
    registryToken: "not-a-token",
    acme: JSON.stringify({ ...JSON.parse(values.acme) as object, server: "https://acme.ringo.test/dir" }),
  }, "local")).toEqual([]);
});

test.each(["staging", "production"])("%s lacks only its secrets, and what is still a placeholder", (stack) => {
  const values = raw(stack);
  const placeholders = ["acme.email", "adminAllowedCidrs[0]", "corsAllowedOrigins[0]", "csrfTrustedOrigins[0]", "dnsZone", "domain", "image", "sshAllowedCidrs[0]"];
  const secrets = ["djangoSecretKey", "mediaAccessKeyId", "mediaSecretAccessKey", "registryToken"];
  expect(faultyKeys(values, stack)).toEqual([...placeholders, ...secrets].sort());
  const mended = Object.fromEntries(Object.entries(values).map(([name, value]) => [
    name, value.replaceAll("ringo.example", "ringo.dev").replaceAll("203.0.113.", "185.12.64.").replace(/0{64}/, "ab".repeat(32)),
  ]));
  expect(faultyKeys({
    ...mended, djangoSecretKey: least.djangoSecretKey, mediaAccessKeyId: "not-a-key", mediaSecretAccessKey: "not-a-secret", registryToken: "not-a-token",
  }, stack)).toEqual([]);
});

test("no stack's file holds a secret in plain text", () => {
  for (const stack of ["local", "staging", "production"]) expect([...stored(raw(stack))]).toEqual([]);
});

test("staging and production could be joined: their networks do not overlap", () => {
  expect(raw("staging").vpcCidr).not.toBe(raw("production").vpcCidr);
});
