import { inState } from "../paths";
import type { Settings, Told } from "./alerts/server";
import { caCertificate, issueCertificate } from "./ca";
import { answers } from "./probe";
import { ensureServer } from "./program";

const name = "alerts.ringo.test";
const port = 9443;

/** Where the monitor sends alerts and its heartbeat. */
export interface AlertsFacts {
  webhookUrl: string;
  heartbeatUrl: string;
}

export type { Told };

/** Received notifications, the newest last: a {@link Told} in JSON per line. */
export const alertsRecords = (): string => inState("alerts", "received.jsonl");

/** Starts the receiver of the local stack's alerts. */
export async function startAlerts(address: string): Promise<AlertsFacts> {
  const authority = await caCertificate();
  const { certificatePath, keyPath } = await issueCertificate("alerts", [name, address]);
  const settings: Settings = { address, port, certificatePath, keyPath, recordsPath: alertsRecords() };
  await ensureServer({ name: "alerts", settings, ready: () => answers({ address, port, path: "/", name, caCertificatePem: authority }) });
  return { webhookUrl: `https://${address}:${port}/alerts`, heartbeatUrl: `https://${address}:${port}/heartbeat` };
}
