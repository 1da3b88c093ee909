import * as pulumi from "@pulumi/pulumi";
import { celeryChildrenThatFit, ConfigError, gunicornWorkersFor, loadConfig, sizes } from "../../config";
import { key, least } from "./fixture";

/** Runs the loader as the engine would have set it up. */
async function load(raw: Record<string, string>, secretKeys: string[] = ["djangoSecretKey", "backupPassphrase"]) {
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "ringo-infra", "staging");
  const own = Object.fromEntries(Object.entries(raw).map(([name, value]) => [`ringo-infra:${name}`, value]));
  pulumi.runtime.setAllConfig({ ...own, "digitalocean:region": "somewhere" }, secretKeys.map((name) => `ringo-infra:${name}`));
  return loadConfig();
}

const json = JSON.stringify;
const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

test("a minimal configuration gets every documented default", async () => {
  const config = await load(least);
  expect(config).toMatchObject({
    stack: "staging", environment: "staging", throwaway: false, protect: true, region: "fra1", vpcCidr: "10.20.0.0/20", machineImage: "debian-13-x64",
    apiInstanceCount: 2, apiSize: "s-2vcpu-4gb", gunicornWorkers: 5, apiTimeoutSeconds: 120,
    workerInstanceCount: 1, autoscaler: { enabled: true, min: 2, max: 10 }, concurrency: 4, maxTasksPerChild: 1000,
    queues: ["default", "finance", "notifications", "orders"], workerStopTimeoutSeconds: 300,
    edge: { clientMaxBodyMiB: 50, hstsSeconds: 31536000, rateLimits: { apiPerSecond: 10, apiBurst: 20, loginPerMinute: 5 },
      waf: { mode: "block", paranoiaLevel: 1, threshold: 5, fieldsKiB: 1024, exclusions: [] } },
    acme: { server: "https://acme-v02.api.letsencrypt.org/directory", email: "operations@ringo.dev" },
    backups: { region: "eu-central-1", retentionDays: 30, archiveDays: 365, lockDays: 30, incrementalEveryHours: 6, media: true, keyGeneration: 1 },
    adminAllowedCidrs: [], corsAllowedOrigins: [], allowedHosts: ["api.ringo.dev"], csrfTrustedOrigins: ["https://api.ringo.dev"],
  });
  expect(config.registry).toBeUndefined();
  expect(config.mediaStorage).toBeUndefined();
});

test("the ports of alert receivers are derived from their secret URLs, and are not secret", async () => {
  const config = await load({
    ...least, alertWebhookUrl: "https://hooks.ringo.dev:9443/not-a-hook", deadMansSwitchUrl: "https://switch.ringo.dev/not-a-switch", alertEmailPassword: "not-a-password",
    alerts: json({ runbook: "https://wiki.ringo.dev/alerts", email: { to: "a@ringo.dev", from: "b@ringo.dev", server: "mail.ringo.dev:587", username: "b" } }),
  }, ["djangoSecretKey", "backupPassphrase", "alertWebhookUrl", "deadMansSwitchUrl", "alertEmailPassword"]);
  expect(config.alertPorts).toEqual([443, 587, 9443]);
  expect((await load(least)).alertPorts).toEqual([]);
});

test("explicit values override derived ones, and the domain is always included", async () => {
  const config = await load({
    ...least, environment: "blue", throwaway: "true", protect: "true", gunicornWorkers: "3",
    allowedHosts: '["api2.ringo.dev","api.ringo.dev"]', csrfTrustedOrigins: '["https://app.ringo.dev"]',
    registry: '{"username":"deploy"}', registryToken: "not-a-token",
  }, ["djangoSecretKey", "backupPassphrase", "registryToken"]);
  expect(config).toMatchObject({
    environment: "blue", protect: true, gunicornWorkers: 3, allowedHosts: ["api.ringo.dev", "api2.ringo.dev"],
    csrfTrustedOrigins: ["https://api.ringo.dev", "https://app.ringo.dev"], registry: { server: "registry.ringo.dev", username: "deploy" },
  });
});

test("a throwaway stack is not protected", async () => {
  expect((await load({ ...least, throwaway: "true" })).protect).toBe(false);
});

test("secrets stay secret; the names of further ones stay plain", async () => {
  const config = await load({ ...least, environmentSecrets: '{"PIN":1234}' }, ["djangoSecretKey", "backupPassphrase", "environmentSecrets"]);
  expect(await pulumi.isSecret(config.secrets.djangoSecretKey)).toBe(true);
  expect(await value(config.secrets.djangoSecretKey)).toBe(key);
  expect(Object.keys(config.secrets.environmentSecrets)).toEqual(["PIN"]);
  expect(await pulumi.isSecret(config.secrets.environmentSecrets.PIN)).toBe(true);
  expect(await value(config.secrets.environmentSecrets.PIN)).toBe("1234");
  expect(config.secrets.sentryDsn).toBeUndefined();
  const { secrets, ...plain } = config;
  expect(secrets).toBeDefined();
  expect(JSON.stringify(plain)).not.toContain(key);
  expect(plain).not.toHaveProperty("djangoSecretKey");
});

test("the loader throws one error with all faults, which Pulumi prints without a stack trace", async () => {
  const error = await load({ ...least, apiInstanceCount: "0", regoin: "fra1" }, []).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect((error as ConfigError).faults.map((fault) => fault.key)).toEqual(["regoin", "apiInstanceCount", "djangoSecretKey", "backupPassphrase"]);
  expect((error as ConfigError).message).toMatch(/stack staging has 4 faults/);
});

test("gunicorn workers are derived from CPUs, limited by memory, and at least one", () => {
  expect(gunicornWorkersFor("s-4vcpu-8gb")).toBe(9);
  expect(gunicornWorkersFor("c-2")).toBe(5);
  expect(gunicornWorkersFor("s-1vcpu-512mb-10gb")).toBe(1);
  for (const slug of Object.keys(sizes)) expect(512 + celeryChildrenThatFit(slug) * 105).toBeLessThanOrEqual(Math.max(512, sizes[slug].memoryMiB));
});
