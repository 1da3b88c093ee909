import { acmeDirectoryUrl, startAcme } from "./acme";
import { startAlerts, type AlertsFacts } from "./alerts";
import { caCertificate } from "./ca";
import { startDns } from "./dns";
import { removeHosts } from "./hosts";
import { startRegistry, type RegistryFacts } from "./registry";
import { startS3, type S3Facts } from "./s3";
import { startSentry, type SentryFacts } from "./sentry";
import { stopAllServices } from "./supervise";

/** What a stack on the local cloud needs to know about the services beside it. */
export interface ServiceFacts {
  /** Address of the name server. */
  nameserver: string;
  /** The CA of all TLS certificates here. */
  caCertificatePem: string;
  acmeDirectoryUrl: string;
  registry: RegistryFacts;
  s3: S3Facts;
  sentry: SentryFacts;
  alerts: AlertsFacts;
}

/**
 * Starts DNS, ACME, registry, S3, and the stand-ins for Sentry and for receivers of alerts; those that run as declared are left alone.
 * @param options.address address of this host that the services listen on @default "198.18.0.254"
 * @throws with the name and the end of the log of a service that does not start
 */
export async function startServices(options: { address?: string } = {}): Promise<ServiceFacts> {
  const address = options.address ?? "198.18.0.254";
  const caCertificatePem = await caCertificate();
  const [, , registry, s3, sentry, alerts] = await Promise.all([
    startDns(address), startAcme(address), startRegistry(address), startS3(address), startSentry(address), startAlerts(address),
  ]);
  return { nameserver: address, caCertificatePem, acmeDirectoryUrl, registry, s3, sentry, alerts };
}

/** Stops all of them, and removes their names from the host's /etc/hosts, unless another stack uses the same. Their data stays. */
export async function stopServices(options: { keepNames: boolean }): Promise<void> {
  await stopAllServices();
  if (!options.keepNames) removeHosts();
}

export { runningServices } from "./supervise";
export { acmeRoots } from "./acme";
export { caCertificatePath } from "./ca";
