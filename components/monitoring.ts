import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config";
import { receivers } from "../config/secrets";
import { alertmanager, blackbox, celeryExporter, prometheus, type Receivers } from "../machine/monitoring";
import { intakePort } from "../machine/logs";
import { sentryReporter, type SentryOptions } from "../machine/sentry";
import { combine, type Fragment } from "../machine/state";
import { exporters } from "./exporters";
import { Host, type Ground } from "./host";
import type { Logs } from "./logs";

export interface MonitoringArgs {
  ground: Ground;
  bastion: Host;
  size: string;
  /** What is kept on the same machine. @default nothing */
  logs?: Logs;
  /** Who else is told of roll-outs. */
  sentry: pulumi.Output<SentryOptions | undefined>;
}

export interface Watch {
  config: StackConfig;
  /** All other machines. */
  hosts: Host[];
  edge: Host;
  workers: Host[];
  /** How the queues are read. */
  queues: pulumi.Output<{ host: string; password: string }>;
  /** What is watched is there: or the first thing that anybody heard would be false alarms. */
  after: pulumi.Resource[];
}

/** The machine that reads all others' figures, judges them and tells people. Nothing depends on it. */
export class Monitoring extends pulumi.ComponentResource {
  readonly host: Host;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:monitoring:Monitoring", name, {}, opts);
    const vpc = [args.ground.network.vpcCidr];
    this.host = new Host(name, {
      ground: args.ground,
      role: "monitor",
      size: args.size,
      bastion: args.bastion,
      services: [{ name: "ssh", port: 22, from: vpc }, ...(args.logs ? [{ name: "logs", port: intakePort, from: vpc }] : [])],
      // Installed with all other machines' packages.
      preparation: pulumi.all([args.sentry, args.logs?.preparation]).apply(([sentry, ofLogs]) => combine(sentryReporter(sentry), (ofLogs ?? {}) as Fragment, {
        packages: [
          "prometheus", "promtool", "prometheus-alertmanager", "prometheus-blackbox-exporter", "python3-redis", "python3-prometheus-client",
        ],
      })),
    }, { parent: this });
    this.registerOutputs({});
  }

  /** Puts the figures, rules and receivers in place. */
  watch({ config, hosts, edge, workers, queues, after }: Watch): pulumi.Resource {
    const { monitoring, alerts, secrets } = config;
    const warn = (text: string): void => void pulumi.log.warn(text, this);
    if (receivers.every((name) => secrets[name] === undefined)) warn(`nobody is told of alerts: set one of ${receivers.join(", ")}`);
    if (secrets.deadMansSwitchUrl === undefined) warn("nobody notices when the monitor itself is gone: set deadMansSwitchUrl");
    const pool = config.autoscaler.enabled ? config.autoscaler : { min: config.concurrency, max: config.concurrency };
    const machines = [this.host, ...hosts].map(({ name, role, privateAddress }) => privateAddress.apply((address) =>
      ({ name, role, privateAddress: address, exporters: exporters[role] })));
    const state = pulumi.all([pulumi.all(machines), queues, receiversOf(config), pulumi.output(secrets.deadMansSwitchUrl)])
      .apply(([watched, broker, told, heartbeatUrl]) => combine(
        prometheus({
          stack: config.stack,
          machines: watched,
          edge: { machine: edge.name, domain: config.domain },
          monitor: this.host.name,
          logs: config.logs.image !== undefined,
          ...monitoring,
          rules: {
            patience: (seconds) => Math.max(1, Math.round(seconds * alerts.patiencePercent / 100)),
            objectivePercent: Number(monitoring.availabilityObjective),
            pool: { min: pool.min, max: pool.max },
          },
          runbook: alerts.runbook ?? "docs/alerts.md",
        }),
        alertmanager({ receivers: told, heartbeatUrl, heartbeatSeconds: alerts.heartbeatSeconds, ports: config.alertPorts, scrapeSeconds: monitoring.scrapeSeconds }),
        blackbox(config.acme.authorities),
        celeryExporter({
          ...broker,
          queues: config.queues,
          workers: workers.map(({ name }) => `worker@${name}`),
          pool: { min: pool.min, max: pool.max },
        }),
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
