import * as pulumi from "@pulumi/pulumi";
import { poolOf, type StackConfig } from "../config";
import { receivers } from "../config/secrets";
import { docker, pulled, type RegistryCredentials } from "../machine/docker";
import { grafanaPort } from "../machine/monitoring/grafana";
import { alertmanager, blackbox, celeryExporter, prometheus, type Receivers } from "../machine/monitoring";
import { intakePort } from "../machine/logs";
import { sentryReporter, type SentryOptions } from "../machine/sentry";
import { combine, type Fragment } from "../machine/state";
import { exporters } from "./exporters";
import type { Grafana } from "./grafana";
import { Host, type HostContext } from "./host";

/** Arguments of `Monitoring`. */
export interface MonitoringArgs {
  /** What all machines of the stack share. */
  context: HostContext;
  /** The machine that connections go through. */
  bastion: Host;
  /** Droplet size by slug, e.g. `s-2vcpu-4gb`. */
  size: string;
  /** Whether Loki, the store of all logs, runs on this machine. */
  keepsLogs: boolean;
  /** Images of its containers (Loki, Grafana), pulled together with the packages. */
  images: string[];
  /** CIDR of the containers' addresses inside the machine. */
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
  /** Which of them is the edge. */
  edge: Host;
  /** Which of them run Celery workers. */
  workers: Host[];
  /** Redis's address and the password that reads the queues. */
  queues: pulumi.Output<{ host: string; password: string }>;
  /** What is watched must be there first: otherwise monitoring would begin with false alarms. */
  after: pulumi.Resource[];
}

/** The machine that collects all others' metrics, evaluates alert rules and notifies people. Nothing depends on it. */
export class Monitoring extends pulumi.ComponentResource {
  readonly host: Host;

  constructor(name: string, private readonly args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:monitoring:Monitoring", name, {}, opts);
    const vpc = [args.context.network.vpcCidr];
    this.host = new Host(name, {
      context: args.context,
      role: "monitor",
      size: args.size,
      bastion: args.bastion,
      services: [
        { name: "ssh", port: 22, from: vpc },
        ...(args.keepsLogs ? [{ name: "logs", port: intakePort, from: vpc }] : []),
        ...(args.grafana ? [{ name: "grafana", port: grafanaPort, from: vpc }] : []),
      ],
      // Installed with all other machines' packages.
      preparation: pulumi.all([args.sentry, args.registry]).apply(([sentry, registry]) => combine(
        sentry ? sentryReporter(sentry) : {},
        args.images.length > 0 ? combine(docker({ addressPool: args.dockerCidr, registry }), pulled(...args.images)) : {},
        {
          packages: [
            "prometheus", "promtool", "prometheus-alertmanager", "prometheus-blackbox-exporter", "python3-redis", "python3-prometheus-client",
            ...(args.keepsLogs ? ["nginx"] : []),
          ],
        },
      )),
    }, { parent: this });
    this.registerOutputs({});
  }

  /** Configures targets, rules, receivers and dashboards. Warns about a stack whose alerts reach nobody. */
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
