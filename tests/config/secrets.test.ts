import { renderFaults } from "../../config";
import { faultsOf, key, least, stored } from "./fixture";

const message = (changes: Record<string, string | undefined>, secretKeys?: Set<string>) => renderFaults("staging", faultsOf(changes, secretKeys));

test("all missing secrets are listed with their commands, and without a value", () => {
  const faults = faultsOf({
    djangoSecretKey: undefined, registry: '{"username":"deploy"}', mediaStorage: '{"endpoint":"https://s3.ringo.dev","region":"fra1","bucket":"media"}',
  });
  expect(faults.map((fault) => fault.command)).toEqual([
    "openssl rand -base64 48 | pulumi config set --stack staging --secret djangoSecretKey",
    "pulumi config set --stack staging --secret registryToken",
    "pulumi config set --stack staging --secret mediaAccessKeyId",
    "pulumi config set --stack staging --secret mediaSecretAccessKey",
  ]);
});

test("a secret in plain text is a fault, even if its value is valid", () => {
  const [fault, ...others] = faultsOf({}, new Set(["backupPassphrase"]));
  expect(others).toEqual([]);
  expect(fault).toMatchObject({ key: "djangoSecretKey", allowed: "stored encrypted, with --secret" });
  expect(fault.reason).toMatch(/stored in plain text/);
  expect(fault.command).toContain("--secret djangoSecretKey");
  expect(JSON.stringify(fault)).not.toContain(key);
});

test("each plain member of a secret is reported by name, with the command that removes it", () => {
  const [fault, ...others] = faultsOf({ environmentSecrets: '{"PIN":"hunter2"}' }, new Set(["djangoSecretKey", "backupPassphrase"]));
  expect(others).toEqual([]);
  expect(fault).toMatchObject({
    key: "environmentSecrets.PIN",
    command: "pulumi config rm --stack staging --path environmentSecrets.PIN && pulumi config set --stack staging --secret --path environmentSecrets.PIN",
  });
  expect(JSON.stringify(fault)).not.toContain("hunter2");
  expect(faultsOf({ environmentSecrets: "{}" }, new Set(["djangoSecretKey", "backupPassphrase"]))).toEqual([]);
});

test("a plain key stored as a secret is a fault, and its value is not shown", () => {
  const text = message({ region: "hidden-region", databaseName: "ringo" }, new Set(["region", "djangoSecretKey", "backupPassphrase"]));
  expect(text).toMatch(/region: is stored as a secret/);
  expect(text).toContain("pulumi config rm --stack staging region && pulumi config set --stack staging region fra1");
  expect(text).not.toContain("hidden-region");
});

// Every way a secret can be wrong: the text names the key and never the value.
test.each([
  ["too short", "djangoSecretKey", "marker-too-short"],
  ["made for development", "djangoSecretKey", `django-insecure-marker-${"abcdefgh".repeat(6)}`],
  ["with a comma, which would split it when it is retired", "djangoSecretKey", `marker,${"abcdefgh".repeat(7)}`],
  ["of two lines", "djangoSecretKey", `marker\n${"abcdefgh".repeat(7)}`],
  ["one repeated character", "djangoSecretKey", "m".repeat(60)],
  ["no DSN", "sentryDsn", "http://marker@sentry.ringo.dev/1"],
  ["a DSN without a key", "sentryDsn", "https://marker.ringo.dev/1"],
  ["fallbacks that are too short", "djangoSecretKeyFallbacks", "marker,marker2"],
  ["too short for a passphrase", "backupPassphrase", "marker-of-some-letters"],
  ["with a space", "registryToken", "marker token"],
  ["too short for a token of Sentry", "sentryAuthToken", "marker"],
  ["a misspelt name", "djangoSecretKye", "marker-under-another-name"],
  ["a variable that is reserved", "environmentSecrets", '{"POSTGRES_PASSWORD":"marker"}'],
  ["a variable of two lines", "environmentSecrets", '{"PIN":"marker\\nmore"}'],
  ["not a map", "environmentSecrets", "marker"],
  ["a key where its public half belongs", "operatorSshKeys", '["-----BEGIN OPENSSH PRIVATE KEY-----marker"]'],
  ["a key where a certificate belongs", "trustedCertificates", '["-----BEGIN PRIVATE KEY-----marker"]'],
  ["a user in a URL", "acme", '{"email":"a@ringo.dev","server":"https://user:marker@x.dev/d"}'],
  ["a user in an invalid URL", "backups", '{"endpoint":"user:marker@x.dev"}'],
  ["a user in an origin", "corsAllowedOrigins", '["https://user:marker@x.dev"]'],
  ["a user in a plain-HTTP origin", "corsAllowedOrigins", '["http://user:marker@x.dev"]'],
  ["a user where a host's name belongs", "domain", "https://user:marker@x.dev"],
  ["a query", "backups", '{"endpoint":"https://x.dev/?token=marker"}'],
  ["a query in a plain-HTTP URL", "backups", '{"endpoint":"http://x.dev/?token=marker"}'],
  ["a fragment", "backups", '{"endpoint":"https://x.dev/#marker"}'],
  ["a bot's token where its chat belongs", "alerts", '{"telegramChatId":"123:marker"}'],
  ["where a group belongs", "registry", "marker"],
  ["where a list belongs", "corsAllowedOrigins", "https://user:marker@x.dev"],
  ["in a variable that is plain", "environmentVariables", '{"SENTRY_DSN":"marker"}'],
])("a secret that is %s: %s", (_name, name, value) => {
  const registry = name === "registryToken" ? { registry: '{"username":"deploy"}' } : {};
  const text = message({ ...registry, [name]: value });
  expect(text).toContain(name);
  expect(text).not.toMatch(/marker|mmmm/);
});

test("the current key cannot be a fallback", () => {
  expect(faultsOf({ djangoSecretKeyFallbacks: `${"another-retired-key-".repeat(3)},${key}` })[0].reason).toMatch(/contains the current djangoSecretKey/);
  expect(faultsOf({ djangoSecretKeyFallbacks: "another-retired-key-".repeat(3) })).toEqual([]);
});

test("a DSN with its key is accepted", () => {
  expect(faultsOf({ sentryDsn: "https://publickey@sentry.ringo.dev/1" })).toEqual([]);
});

test("the fixture itself is valid", () => {
  expect([...stored(least)]).toEqual(["djangoSecretKey", "backupPassphrase"]);
  expect(faultsOf({})).toEqual([]);
});
