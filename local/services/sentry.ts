import { randomBytes } from "node:crypto";
import { inState } from "../paths";
import { ownSecret } from "../secrets";
import { caCertificate, issueCertificate } from "./ca";
import { serviceNames } from "./dns";
import { answers } from "./probe";
import { ensureServer } from "./program";
import type { Settings } from "./sentry/server";

const port = 9444;

/** How to reach Sentry's stand-in. */
export interface SentryFacts {
  url: string;
  organization: string;
  project: string;
  /** Secret. */
  token: string;
  /** Secret. Errors are not accepted there: the present backend reports none. */
  dsn: string;
}

/** The stand-in's releases, by name. */
export const sentryRecords = (): string => inState("sentry", "releases.json");

/** Starts a stand-in for Sentry's API of releases and deploys, which stores what it receives. */
export async function startSentry(address: string): Promise<SentryFacts> {
  const authority = await caCertificate();
  const { certificatePath, keyPath } = await issueCertificate("sentry", [serviceNames.sentry, address]);
  const facts = { organization: "ringo", project: "backend", token: ownToken() };
  const settings: Settings = { ...facts, address, port, certificatePath, keyPath, recordsPath: sentryRecords() };
  await ensureServer({
    name: "sentry", settings,
    ready: () => answers({ address, port, path: "/_health/", name: serviceNames.sentry, caCertificatePem: authority }),
  });
  return { ...facts, url: `https://${serviceNames.sentry}:${port}`, dsn: `https://${"0".repeat(32)}@${serviceNames.sentry}/1` };
}

const ownToken = (): string => ownSecret(inState("sentry", "token"), () => `sntrys_${randomBytes(32).toString("hex")}`);
