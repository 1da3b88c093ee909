import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { check } from "../../config";
import { otherNamespaces } from "../../config/check";
import { dependencies } from "../../package.json";
import { least, stored } from "./fixture";

let directory: string;
beforeEach(() => { directory = mkdtempSync(path.join(tmpdir(), "ringo-check-")); });
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const sealed = { secure: "v1:not:a-real-one" };

/** Faults of the minimal configuration with these values, given this stack file. */
function faultsOf(changes: Record<string, string>, file?: object) {
  const given = Object.entries({ ...least, ...changes });
  const secret = stored({ ...least, ...changes });
  const config = given.map(([name, value]) => [name.includes(":") ? name : `ringo-infra:${name}`, { value, secret: secret.has(name) }]);
  if (file !== undefined) writeFileSync(path.join(directory, "Pulumi.staging.yaml"), stringify({ config: file }));
  const verdict = check("ringo-infra", "staging", Object.fromEntries(config) as Parameters<typeof check>[2], directory);
  return verdict.valid ? [] : verdict.faults;
}

test("if one member of a key is secret, plain ones are still found in the stack's file", () => {
  const faults = faultsOf({ environmentSecrets: '{"PIN":"hunter2","TOKEN":"not-a-token","CODE":"7"}' }, {
    "ringo-infra:environmentSecrets": { PIN: "hunter2", TOKEN: sealed, CODE: 7 }, "ringo-infra:djangoSecretKey": sealed, "ringo-infra:backupPassphrase": sealed,
  });
  expect(faults.map(({ key }) => key)).toEqual(["environmentSecrets.PIN", "environmentSecrets.CODE"]);
  expect(faults[0].command).toMatch(/config rm .*--path environmentSecrets\.PIN && .*--secret --path environmentSecrets\.PIN$/);
  expect(JSON.stringify(faults)).not.toContain("hunter2");
});

test.each([
  ["all encrypted", { "ringo-infra:environmentSecrets": { PIN: sealed } }],
  ["encrypted whole", { "ringo-infra:environmentSecrets": sealed }],
  ["not mentioned", {}],
  ["missing", undefined],
])("secrets that are %s in the stack's file are accepted", (_name, file) => {
  expect(faultsOf({ environmentSecrets: '{"PIN":"1"}' }, file)).toEqual([]);
});

/** As the engine's YAML reads what is typed without quotes. */
test.each([
  ["0123", "83"], ["1.0", "1"], ["1e3", "1000"], ["0x10", "16"], ["1_0", "10"], ["True", "true"], ["12345678901234567890", "12345678901234567000"],
  ["2026-01-01", '"2026-01-01 00:00:00 +0000 UTC"'],
])("an unquoted %s in a variable, which YAML would change, is refused", (typed, read) => {
  writeFileSync(path.join(directory, "Pulumi.staging.yaml"), `config:\n  ringo-infra:environmentVariables:\n    A: ${typed}\n`);
  expect(faultsOf({ environmentVariables: `{"A":${read}}` })).toMatchObject([
    { key: "environmentVariables.A", reason: expect.stringMatching(/quote it$/) as string, command: "pulumi config set --stack staging --type string --path environmentVariables.A '<text>'" },
  ]);
});

test.each([["587", "587"], ["-1", "-1"], ["1.5", "1.5"], ["true", "true"], ["info", '"info"'], ['"0123"', '"0123"'], ["yes", '"yes"'], ["1", "2"], ["one", '"another file\'s"']])("a variable's value %s is accepted", (typed, read) => {
  writeFileSync(path.join(directory, "Pulumi.staging.yaml"), `config:\n  ringo-infra:environmentVariables:\n    A: ${typed}\n`);
  expect(faultsOf({ environmentVariables: `{"A":${read}}` })).toEqual([]);
});

test("a whole number too large for a double is refused, whichever file it is from", () => {
  expect(faultsOf({ environmentVariables: '{"A":12345678901234567000}' })).toMatchObject([{ key: "environmentVariables.A" }]);
});

test("a stack's file without config has no keys", () => {
  writeFileSync(path.join(directory, "Pulumi.staging.yaml"), "encryptionsalt: v1\nconfig:\n");
  expect(faultsOf({})).toEqual([]);
});

test("a misspelt namespace is reported; those of the providers are not", () => {
  const faults = faultsOf({ "ringo-infr:protect": "false", "digitalocean:token": "x", "aws:region": "eu-central-1", "pulumi:disable-default-providers": "[]" });
  expect(faults).toEqual([{
    key: '["ringo-infr:protect"]', reason: "is not a key; did you mean protect?", allowed: "the keys of docs/configuration.md",
    command: "pulumi config rm --stack staging ringo-infr:protect",
  }]);
});

test("the providers' namespaces are those of the program's dependencies", () => {
  const packages = Object.keys(dependencies).filter((name) => name.startsWith("@pulumi/")).map((name) => name.slice("@pulumi/".length));
  expect(packages.sort()).toEqual(otherNamespaces);
});
