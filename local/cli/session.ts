import type { Stack } from "@pulumi/pulumi/automation";
import { ensureCloud } from "../cloud";
import { buildImage } from "../images/build";
import * as path from "node:path";
import { projectDir } from "../paths";
import { serve } from "../providers/server";
import { providers } from "../providers";
import { acmeRoots, startServices } from "../services";
import { localSecret, openStack, type LocalFacts } from "../workspace";
import { dim, say, seconds } from "./terminal";

/** Does a step, saying how long it took when that is worth knowing. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const result = await work();
  const took = Date.now() - started;
  if (took > 300) say(dim(`        ${what} in ${seconds(took)}`));
  return result;
}

/**
 * Brings up what the stack stands on (network, image, services) and tells what the program must know of it.
 * Everything here is idempotent: it does nothing when all is up.
 */
export async function prepare(): Promise<LocalFacts> {
  await step("local cloud ready", () => ensureCloud({ log: (line) => say(dim(`        ${line}`)) }));
  const services = await step("DNS, ACME, registry and S3 ready", () => startServices());
  const context = path.resolve(process.env.BACKEND || path.join(projectDir, "examples", "backend"));
  const image = await step("application image ready", () =>
    buildImage(context, { log: (line) => say(dim(`        ${line}`)) }));
  return {
    plain: {
      image: image.reference,
      acme: { server: services.acmeDirectoryUrl },
      trustedCertificates: [services.caCertificatePem],
      registry: { username: services.registry.username },
    },
    secrets: {
      djangoSecretKey: localSecret("django-secret-key"),
      registryToken: services.registry.password,
    },
  };
}

/** Runs `work` on the local stack with the stand-in providers listening, and closes them afterwards. */
export async function withStack<T>(facts: LocalFacts | undefined, work: (stack: Stack) => Promise<T>): Promise<T> {
  const served = await serve(providers);
  try {
    const program = async () => (await import("../../index")).default();
    return await work(await openStack({ providers: served.environment, program, facts }));
  } finally {
    await served.close();
  }
}

/** Where the bundle of the local ACME server's roots is, for `curl --cacert`. */
export { acmeRoots };
