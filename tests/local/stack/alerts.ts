import * as fs from "node:fs";
import type { IncomingMessage } from "node:http";
import * as https from "node:https";
import * as path from "node:path";
import * as YAML from "yaml";
import { exec, listMachines } from "../../../local/cloud";
import { powerOff } from "../../../local/cloud/machine";
import { startDroplet } from "../../../local/cloud/droplet";
import { projectDir } from "../../../local/paths";
import { alertsCertificate, alertsPort } from "../../../local/services/alerts";

const { config } = YAML.parse(fs.readFileSync(path.join(projectDir, "Pulumi.local.yaml"), "utf8")) as { config: Record<string, unknown> };
/** How the local stack is watched. */
export const { scrapeSeconds, probeSeconds } = config["ringo-infra:monitoring"] as { scrapeSeconds: number; probeSeconds: number };
export const { runbook, patiencePercent, heartbeatSeconds } = config["ringo-infra:alerts"] as { runbook: string; patiencePercent: number; heartbeatSeconds: number };

/** An alert as Alertmanager posts it. */
export interface Alert {
  status: "firing" | "resolved";
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
}

export interface Received extends Alert {
  /** When it arrived, in milliseconds. */
  at: number;
}

/** Whom the local stack's alerts are sent to. */
export class Receiver {
  readonly received: Received[] = [];
  readonly heartbeats: number[] = [];
  private constructor(private readonly server: https.Server) {}

  static async open(): Promise<Receiver> {
    const { certificatePath, keyPath } = await alertsCertificate();
    const server = https.createServer({ cert: fs.readFileSync(certificatePath), key: fs.readFileSync(keyPath) });
    const receiver = new Receiver(server);
    server.on("request", (request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        receiver.take(request.url, JSON.parse(Buffer.concat(chunks).toString()) as { alerts: Alert[] });
        response.end();
      });
    });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(alertsPort, "0.0.0.0", resolve));
    return receiver;
  }

  /** The alerts of a message that are of this name and carry these labels, since a time. */
  find(status: Alert["status"], labels: Record<string, string>, since: number): Received | undefined {
    return this.received.find((alert) => alert.at >= since && alert.status === status && Object.entries(labels).every(([name, value]) => alert.labels[name] === value));
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private take(url: string | undefined, { alerts }: { alerts: Alert[] }): void {
    if (url === "/heartbeat") this.heartbeats.push(Date.now());
    else this.received.push(...alerts.map((alert) => ({ ...alert, at: Date.now() })));
  }
}

const physical = (name: string) => `ringo-local-${name}`;

/** Runs a script on a machine from outside, whatever has become of its network and its SSH. */
export const inside = (name: string, script: string): Promise<string> => exec(physical(name), ["sh", "-ec", script]);

const idOf = (name: string): number => listMachines().find((machine) => machine.name === physical(name))!.id;
/** As when the plug is pulled. */
export const unplug = (name: string): Promise<void> => powerOff(idOf(name), { graceful: false });
export const plugIn = (name: string): Promise<void> => startDroplet(idOf(name));

/** Names of the alerts that fire, or are about to, as the monitor sees them. */
export async function active(): Promise<string[]> {
  const { data } = JSON.parse(await inside("monitor", "curl -s http://127.0.0.1:9090/api/v1/alerts")) as { data: { alerts: { labels: Record<string, string> }[] } };
  return [...new Set(data.alerts.map(({ labels }) => labels.alertname))].sort();
}
