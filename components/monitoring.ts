import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config";
import { receivers } from "../config/secrets";
import { docker, pulled, type RegistryCredentials } from "../machine/docker";
import { grafanaPort } from "../machine/monitoring/grafana";
import { alertmanager, blackbox, celeryExporter, prometheus, type Receivers } from "../machine/monitoring";
import { intakePort } from "../machine/logs";
import { sentryReporter, type SentryOptions } from "../machine/sentry";
import { combine, type Fragment } from "../machine/state";
import { poolOf } from "./application";
import { exporters } from "./exporters";
import type { Grafana } from "./grafana";
import { Host, type Ground } from "./host";

export interface MonitoringArgs {
  ground: Ground;
  bastion: Host;
  size: string;
  /** Whether the store of all logs is on it. */
  keepsLogs: boolean;
  /** Images of the containers on it. */
  images: string[];
  /** Addresses of containers inside the machine. */
  dockerCidr: string;
  /** Docker's login, where a registry of these images asks for one. */
  registry: pulumi.Output<RegistryCredentials | undefined>;
  /** Shows the dashboards. @default none */
  grafana?: Grafana;
  /** The Sentry that is told of roll-outs, if any. */
  sentry: pulumi.Output<SentryOptions | undefined>;
}

/** What is watched, and how. */
export interface Watch {
  config: StackConfig;
  /** All other machines. */
  hosts: Host[];
  edge: Host;
  workers: Host[];
  /** How the queues are read. */
  queues: pulumi.Output<{ host: string; password: string }>;
  /** What is watched must be there first: otherwise monitoring would begin with false alarms. */
  after: pulumi.Resource[];
}

/** The machine that reads all others' figures, judges them and tells people. Nothing depends on it. */
export class Monitoring extends pulumi.ComponentResource {
  readonly host: Host;

  constructor(name: string, private readonly args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:monitoring:Monitoring", name, {}, opts);
    const vpc = [args.ground.network.vpcCidr];
    this.host = new Host(name, {
      ground: args.ground,
      role: "monitor",
      size: args.size,
      bastion: args.bastion,
      services: [{ name: "ssh", port: 22, from: vpc }, ...(args.keepsLogs ? [{ name: "logs", port: intakePort, from: vpc }] : []), ...(args.grafana ? [{ name: "grafana", port: grafanaPort, from: vpc }] : [])],
      // Installed with all other machines' packages.
      preparation: pulumi.all([args.sentry, args.registry]).apply(([sentry, registry]) => combine(
        sentry ? sentryReporter(sentry) : {},
        args.images.length > 0 ? combine(docker({ addressPool: args.dockerCidr, registry }), pulled(...args.images)) : {},
        { packages: ["prometheus", "promtool", "prometheus-alertmanager", "prometheus-blackbox-exporter", "python3-redis", "python3-prometheus-client", ...(args.keepsLogs ? ["nginx"] : [])] },
      )),
    }, { parent: this });
    this.registerOutputs({});
  }

  /** Puts the figures, rules and receivers in place. */
  watch({ config, hosts, edge, workers, queues, after }: Watch): pulumi.Resource {
    const { monitoring, alerts, secrets } = config;
    const warn = (text: string): void => void pulumi.log.warn(text, this);
    if (receivers.every((name) => secrets[name] === undefined)) warn(`nobody is told of alerts: set one of ${receivers.join(", ")}`);
    if (secrets.deadMansSwitchUrl === undefined) warn("nobody notices when the monitor itself is gone: set deadMansSwitchUrl");
    const pool = poolOf(config);
    const machines = [this.host, ...hosts].map(({ name, role, privateAddress }) => privateAddress.apply((address) =>
      ({ name, role, privateAddress: address, exporters: exporters[role] })));
    const rules = {
      patience: (seconds: number) => Math.max(1, Math.round(seconds * alerts.patiencePercent / 100)),
      objectivePercent: Number(monitoring.availabilityObjective),
      pool,
    };
    const runbook = alerts.runbook ?? "docs/alerts.md";
    const shown = this.args.grafana?.on({ rules, runbook: alerts.runbook }) ?? {};
    const state = pulumi.all([pulumi.all(machines), queues, receiversOf(config), pulumi.output(secrets.deadMansSwitchUrl), shown])
      .apply(([watched, broker, told, heartbeatUrl, dashboards]) => combine(
        prometheus({
          stack: config.stack,
          machines: watched,
          edge: { machine: edge.name, domain: config.domain },
          monitor: this.host.name,
          logs: config.logs.image !== undefined,
          grafana: this.args.grafana !== undefined,
          ...monitoring,
          rules,
          runbook,
        }),
        alertmanager({ receivers: told, heartbeatUrl, heartbeatSeconds: alerts.heartbeatSeconds, ports: config.alertPorts, scrapeSeconds: monitoring.scrapeSeconds }),
        blackbox(config.acme.authorities),
        celeryExporter({
          ...broker,
          queues: config.queues,
          workers: workers.map(({ name }) => `worker@${name}`),
          stopTimeoutSeconds: config.workerStopTimeoutSeconds,
          pool,
        }),
        dashboards as Fragment,
      ));
    return this.host.apply("monitor", state, [this.host.ready, ...after]);
  }
}

function receiversOf({ alerts, secrets }: StackConfig): pulumi.Output<Receivers> {
  const { telegramChatId, email } = alerts;
  return pulumi.output({
    webhookUrl: secrets.alertWebhookUrl, slackUrl: secrets.alertSlackUrl, token: secrets.alertTelegramToken, password: secrets.alertEmailPassword,
  }).apply(({ webhookUrl, slackUrl, token, password }): Receivers => ({
    webhookUrl,
    slackUrl,
    telegram: token !== undefined && telegramChatId !== undefined ? { token, chatId: Number(telegramChatId) } : undefined,
    email: password !== undefined && email !== undefined ? { ...email, password } : undefined,
  }));
}
