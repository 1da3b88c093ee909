import * as fs from "node:fs";
import * as https from "node:https";
import { exec, listMachines } from "../../../local/cloud";
import { powerOff } from "../../../local/cloud/machine";
import { startDroplet } from "../../../local/cloud/droplet";
import { alertsCertificate, alertsPort } from "../../../local/services/alerts";

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
    server.on("request", (request: https.ServerOptions & NodeJS.ReadableStream & { url: string }, response) => {
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

  private take(url: string, { alerts }: { alerts: Alert[] }): void {
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

/** Alerts that fire now, as the monitor sees them; those that are held back by others, too. */
export async function firing(): Promise<Alert[]> {
  const answer = await inside("monitor", "curl -s http://127.0.0.1:9093/api/v2/alerts");
  return (JSON.parse(answer) as Alert[]).filter(({ labels }) => labels.alertname !== "Watchdog");
}
