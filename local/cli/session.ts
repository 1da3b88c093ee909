import type { Stack } from "@pulumi/pulumi/automation";
import { check, renderFaults } from "../../config";
import { ensureCloud } from "../cloud";
import { buildImage } from "../images/build";
import { lokiImage } from "../images/loki";
import { stackName } from "../paths";
import { providers } from "../providers";
import { officialPlugins } from "../providers/official";
import { serve } from "../providers/server";
import { localSecret } from "../secrets";
import { acmeRoots, startServices } from "../services";
import type { LocalFacts } from "../settings";
import { openStack } from "../workspace";
import { dim, say, seconds, UserError } from "../../cli/terminal";
import { backendDirectory } from "./backend";

/** Runs a step, and prints how long it took if that was long. */
async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const result = await work();
  const took = Date.now() - started;
  if (took > 300) say(dim(`        ${what} in ${seconds(took)}`));
  return result;
}

/**
 * Starts what the stack needs (network, image, services), and returns what the program must know about it.
 * Idempotent: does nothing if everything is running.
 */
export async function prepare(backend = backendDirectory()): Promise<LocalFacts> {
  const plugins = officialPlugins(process.env.OFFICIAL ?? "", providers);
  for (const { name, version, path: from } of plugins) say(dim(`        ${name}: the official plugin ${version} in ${from}`));
  await step("local cloud ready", () => ensureCloud({ log: (line) => say(dim(`        ${line}`)) }));
  const services = await step("DNS, ACME, registry, S3, Sentry and alerts ready", () => startServices());
  say(dim(`        the backend is ${backend}`));
  const image = await step("application image ready", () =>
    buildImage(backend, { log: (line) => say(dim(`        ${line}`)) }));
  const loki = await step("Loki's image ready", () => lokiImage((line) => say(dim(`        ${line}`))));
  return {
    plain: {
      image: image.reference,
      logs: { image: loki.reference },
      acme: { server: services.acmeDirectoryUrl, authorities: certificatesIn(await acmeRoots()) },
      trustedCertificates: [services.caCertificatePem],
      registry: { username: services.registry.username },
      backups: { endpoint: services.s3.endpoint, region: services.s3.region },
      sentry: { url: services.sentry.url, organization: services.sentry.organization, project: services.sentry.project },
    },
    plugins,
    secrets: {
      djangoSecretKey: localSecret("django-secret-key"),
      backupPassphrase: localSecret("backup-passphrase"),
      registryToken: services.registry.password,
      sentryDsn: services.sentry.dsn,
      sentryAuthToken: services.sentry.token,
      alertWebhookUrl: services.alerts.webhookUrl,
      deadMansSwitchUrl: services.alerts.heartbeatUrl,
    },
  };
}

const certificatesIn = (pem: string): string[] => pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];

/** Runs `work` on the local stack with the stand-in providers listening, except those replaced by official ones, and closes them afterwards. */
export async function withStack<T>(facts: LocalFacts, work: (stack: Stack) => Promise<T>): Promise<T> {
  const served = await serve(providers.filter(({ name }) => !facts.plugins?.some((plugin) => plugin.name === name)));
  // Loaded while the engine's command gets the stack ready: it takes two seconds, and most of the other processor.
  const loaded = import("../../index");
  loaded.catch(() => undefined); // the engine reports it
  const program = async () => (await loaded).default();
  try {
    const stack = await openStack({ providers: served.environment, program, facts });
    await refuseFaults(stack);
    return await work(stack);
  } finally {
    await served.close();
  }
}

/** Before the engine starts: the program refuses a faulty configuration itself, but the engine would wrap its error. */
async function refuseFaults(stack: Stack): Promise<void> {
  const { name } = await stack.workspace.projectSettings();
  const verdict = check(name, stackName, await stack.getAllConfig());
  if (!verdict.valid) throw new UserError(renderFaults(stackName, verdict.faults));
}
