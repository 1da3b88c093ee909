import type * as z from "zod";
import { type Fault, validate } from "../../config";
import { find, setCommand } from "../../config/commands";
import { bare, child, kindOf } from "../../config/doc";
import { schema } from "../../config/schema";
import { filled, secrets, typed } from "./blanks";
import { cases } from "./cases";
import { run, type Stored } from "./cli";
import { digest, least, stored } from "./fixture";

const faultsOf = ({ raw, secretKeys }: Stored) => {
  const verdict = validate(raw, secretKeys, "staging");
  return verdict.valid ? [] : verdict.faults;
};

/** Each suggested command, with its blanks filled in, fixes its fault; following the further suggestions leaves no fault of that key. */
function expectFixes(changes: Record<string, string | undefined>): void {
  const raw = Object.fromEntries(Object.entries({ ...least, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const before = { raw, secretKeys: stored(raw) };
  for (const fault of faultsOf(before)) expectFixed(fault, before, 3);
}

function expectFixed({ key: name, reason, command }: Fault, before: Stored, rounds: number): void {
  const after = run(filled(command), before, typed);
  for (const left of faultsOf(after).filter((fault) => fault.key === name)) {
    if (rounds === 0 || left.reason === reason) throw new Error(`${name}: ${reason}\n  told: ${command}\n  then: ${left.reason}`);
    expectFixed(left, after, rounds - 1);
  }
}

test.each(cases)("the suggested command fixes %s", (_name, changes) => expectFixes(changes));

const loki = JSON.stringify({ image: `docker.io/grafana/loki:3.7.8@${digest}` });
const runbook = "https://wiki.ringo.dev/alerts";

test.each<[string, Record<string, string>]>([
  ["a chat's number without quotes", { alertTelegramToken: secrets.alertTelegramToken, alerts: JSON.stringify({ runbook, telegramChatId: -1001234567890 }) }],
  ["a chat's name", { alertTelegramToken: secrets.alertTelegramToken, alerts: JSON.stringify({ runbook, telegramChatId: "@channel" }) }],
  ["a mail server's port that is closed", { environmentVariables: '{"EMAIL_PORT":587}' }],
  ["a mail server's port beside those that are named", { environmentVariables: '{"EMAIL_PORT":587}', outboundPorts: "[443,5432]" }],
  ["an invalid port of a mail server", { environmentVariables: '{"EMAIL_PORT":"smtp"}' }],
  ["two ports that are closed", { environmentVariables: '{"EMAIL_PORT":587}', sentryDsn: "https://publickey@sentry.ringo.dev:9000/1" }],
  ["any origin", { corsAllowedOrigins: '["*"]' }],
  ["an origin in capitals", { corsAllowedOrigins: '["HTTPS://app.ringo.dev"]' }],
  ["an origin of FTP", { corsAllowedOrigins: '["ftp://app.ringo.dev"]' }],
  ["a plain-HTTP origin with a path", { corsAllowedOrigins: '["http://app.ringo.dev/path"]' }],
  ["an origin that is a word", { corsAllowedOrigins: '["null"]' }],
  ["a time without quotes", { restore: "2026-11-24 09:30:00 +0000 UTC" }],
  ["no region allowed", { allowedRegions: "[]" }],
  ["a client id of digits", { grafanaOauthSecret: "not-a-real-secret", logs: loki, grafana: JSON.stringify({ image: `docker.io/grafana/grafana:12.3.0@${digest}`, domain: "grafana.ringo.dev", oauth: {
    name: "Ringo", clientId: 12345, allowedDomains: ["ringo.dev"], authUrl: "https://id.ringo.dev/auth", tokenUrl: "https://id.ringo.dev/token", apiUrl: "https://id.ringo.dev/userinfo" } }) }],
  ["a mail server's user name of digits", { alertEmailPassword: "not-a-password", alerts: JSON.stringify({ runbook, email: { to: "a@ringo.dev", from: "b@ringo.dev", server: "smtp.ringo.dev:587", username: 12345 } }) }],
  ["Docker's network over the VPC", { dockerCidr: "10.20.0.0/20" }],
  ["a VPC inside a wider one without room", { vpcCidr: "10.20.5.0/24", apiInstanceCount: "300", gunicornWorkers: "1", databaseSize: "s-4vcpu-8gb" }],
  ["Grafana outside of the zone", { manageDns: "true", dnsZone: "ringo.dev", logs: loki, grafana: JSON.stringify({ image: `docker.io/grafana/grafana:12.3.0@${digest}`, domain: "grafana.ringo.net" }) }],
])("the suggested command fixes %s", (_name, changes) => expectFixes(changes));

test("the suggested value for an unquoted time is that time", () => {
  for (const [restore, word] of [["2026-11-24 09:30:00 +0000 UTC", "2026-11-24T09:30:00Z"], ["2026-11-24 09:30:00 +0300 +0300", "2026-11-24T09:30:00+03:00"], ["2026-11-24T09:30:00", "'<time>'"]]) {
    expect(faultsOf({ raw: { ...least, restore }, secretKeys: stored(least) })[0].command).toBe(`pulumi config set --stack staging restore ${word}`);
  }
});

test("the suggested command fixes any value of a wrong type", () => {
  /** Paths of groups and their members, two levels deep. */
  const paths = Object.keys(schema.shape).flatMap((name): string[][] => {
    const shape = (find(schema, [name])!.schema as { unwrap?: () => { shape?: object } }).unwrap?.().shape ?? {};
    return [[name], ...Object.keys(shape).map((member) => [name, member])];
  });
  for (const [name, member] of paths) {
    for (const value of ["words", 5, -5, 1.5, true, null, [], {}, [5], ["two words"], { a: 1 }, [null], "*", "https://x y"]) {
      const given = member === undefined ? value : { [member]: value };
      expectFixes({ [name]: typeof given === "string" ? given : JSON.stringify(given) });
    }
  }
});

/** Paths of all settings, as in the reference. */
const leaves = (group: z.ZodType, path: string[] = []): string[][] => Object.keys((bare(group) as z.ZodObject).shape).flatMap((name) => {
  const member = child(group, name)!;
  return kindOf(member) === "group" ? leaves(member, [...path, name]) : [[...path, name]];
});

test.each(leaves(schema).map((path) => [path.join("."), path] as const))("the example of %s is valid once its blanks are filled", (name, path) => {
  const { schema: keySchema, doc } = find(schema, path)!;
  const before = { raw: least, secretKeys: stored(least) };
  const after = run(filled(setCommand("staging", path, keySchema, doc)), before, typed);
  const own = faultsOf(after).filter((fault) => fault.key === name || fault.key.startsWith(`${name}[`));
  expect(own.filter(({ reason }) => !reason.startsWith("has no effect without"))).toEqual([]);
});

test("an unfilled blank is a fault, also in a throwaway stack", () => {
  for (const throwaway of ["true", "false"]) {
    const faults = faultsOf({ raw: { ...least, throwaway, registry: '{"username":"<user>"}', registryToken: "not-a-token" }, secretKeys: stored({ ...least, registryToken: "" }) });
    expect(faults).toMatchObject([{ key: "registry.username", reason: "is still the placeholder", command: "pulumi config set --stack staging --type string --path registry.username '<user>'" }]);
  }
});
