import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { exec, listMachines } from "../../../local/cloud";
import { powerOff } from "../../../local/cloud/machine";
import { startDroplet } from "../../../local/cloud/droplet";
import { projectDir } from "../../../local/paths";
import { alertsRecords, type Told } from "../../../local/services/alerts";

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

/** Alert notifications of the local stack, from when it is opened on. */
export class Receiver {
  private readonly taken: Received[] = [];
  private readonly beats: number[] = [];
  private constructor(private at: number) {}

  static open(): Receiver {
    return new Receiver(fs.existsSync(alertsRecords()) ? fs.statSync(alertsRecords()).size : 0);
  }

  get received(): Received[] {
    this.read();
    return this.taken;
  }

  /** When each came, in milliseconds. */
  get heartbeats(): number[] {
    this.read();
    return this.beats;
  }

  /** The alert of a message that is of this name and carries these labels, since a time. */
  find(status: Alert["status"], labels: Record<string, string>, since: number): Received | undefined {
    return this.received.find((alert) => alert.at >= since && alert.status === status && Object.entries(labels).every(([name, value]) => alert.labels[name] === value));
  }

  private read(): void {
    if (!fs.existsSync(alertsRecords())) return;
    const records = fs.readFileSync(alertsRecords());
    if (records.length < this.at) this.at = 0; // what it was is beside it
    const end = records.lastIndexOf("\n") + 1;
    const lines = records.subarray(this.at, end).toString().split("\n").filter(Boolean);
    this.at = end;
    for (const { at, path, alerts } of lines.map((line) => JSON.parse(line) as Told)) {
      if (path === "/heartbeat") this.beats.push(at);
      else this.taken.push(...(alerts as Alert[]).map((alert) => ({ ...alert, at })));
    }
  }
}

const physical = (name: string) => `ringo-local-${name}`;

/** Runs a script on a machine from outside, whatever has become of its network and its SSH. */
export const inside = (name: string, script: string): Promise<string> => exec(physical(name), ["sh", "-ec", script]);

const idOf = (name: string): number => listMachines().find((machine) => machine.name === physical(name))!.id;
/** Like pulling the plug. */
export const unplug = (name: string): Promise<void> => powerOff(idOf(name), { graceful: false });
/** As its owner does: its programs end as they should. */
export const switchOff = (name: string): Promise<void> => powerOff(idOf(name), { graceful: true });
export const plugIn = (name: string): Promise<void> => startDroplet(idOf(name));

/** Names of firing and pending alerts on the monitor. */
export async function active(): Promise<string[]> {
  const { data } = JSON.parse(await inside("monitor", "curl -s http://127.0.0.1:9090/api/v1/alerts")) as { data: { alerts: { labels: Record<string, string> }[] } };
  return [...new Set(data.alerts.map(({ labels }) => labels.alertname))].sort();
}
