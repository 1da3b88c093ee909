import { concerns, render, type Stack } from "./alerts";
import { json } from "../content";
import { loopback } from "../egress";
import { grafanaCertificate, grafanaPort } from "./grafana";
import { combine, type File, type Fragment } from "../state";
import { exporter } from "./exporter";
import { local, ports, type Exporter } from "./ports";
import { dropForeignMetrics } from "./metric-sources";

/** A machine, and what the monitor scrapes from it. */
export interface Watched {
  name: string;
  role: string;
  privateAddress: string;
  exporters: Exporter[];
}

export interface PrometheusOptions {
  /** Name of the stack, on every metric and alert. */
  stack: string;
  /** All machines, the monitor too. */
  machines: Watched[];
  /** The name of the machine that faces the internet, and the API's host name there. */
  edge: { machine: string; domain: string };
  /** The name of the monitor itself. */
  monitor: string;
  /** It stores the machines' logs, too. */
  logs: boolean;
  /** It shows the dashboards, too. */
  grafana: boolean;
  scrapeSeconds: number;
  /** How often the API is probed by its public name. */
  probeSeconds: number;
  retentionDays: number;
  retentionGiB: number;
  rules: Stack;
  /** Page with a section for each alert. */
  runbook: string;
}

const jobs = Object.keys(ports) as Exporter[];
/** Jobs on the monitor itself; Loki is in a container, to which its store opens the way. */
const beside = ["prometheus", "alertmanager", "blackbox", "celery"] as const;
/** The system user that reads all figures. */
export const prometheusUser = "prometheus";
const directory = "/etc/prometheus/ringo";
const configuration = `${directory}/prometheus.yml`;
const data = "prometheus/metrics2";

/**
 * How soon an alert is sent to Alertmanager again. Alerts sent while none is known yet, as after a boot, are lost (Prometheus issue
 * 10457), so with the default (a minute) the first heartbeat came a minute late. An alert not resent within four times this ends.
 */
const resendSeconds = 30;

/** Scrapes every machine, stores the metrics, evaluates the rules. Answers only on loopback. */
export function prometheus(options: PrometheusOptions): Fragment {
  const targets = jobs.map((job) => targetsOf(job, options.machines));
  const rules = concerns(options.rules).map((concern): File => ({ path: `${directory}/rules/${concern.name}.yml`, content: render(concern, options.runbook) }));
  const reloaded = [{ path: configuration, content: json(config(options, rules.map(({ path }) => path))) }, ...rules];
  return combine(
    exporter({
      name: prometheusUser,
      listen: `127.0.0.1:${local.prometheus}`,
      command: [
        "/usr/bin/prometheus", `--config.file=${configuration}`, `--storage.tsdb.path=/var/lib/${data}`,
        `--storage.tsdb.retention.time=${options.retentionDays}d`, `--storage.tsdb.retention.size=${options.retentionGiB}GB`,
        `--web.listen-address=127.0.0.1:${local.prometheus}`,
        `--rules.alert.resend-delay=${options.rules.patience(resendSeconds)}s`,
      ],
      reaches: [
        ...jobs.map((job) => ({ name: job, port: ports[job], to: having(job, options.machines).map(({ privateAddress }) => privateAddress) })),
        ...beside.map((job) => ({ name: job, port: local[job], to: [loopback] })),
        ...(options.grafana ? [{ name: "grafana", port: grafanaPort, to: [monitorOf(options).privateAddress] }] : []),
      ].map((target) => ({ ...target, name: `figures of ${target.name}` })),
      data,
      reloaded,
    }),
    {
      packages: ["promtool"],
      // Prometheus itself watches the targets' files.
      files: targets,
      steps: [{ name: "Prometheus's configuration", onChange: reloaded.map(({ path }) => path), command: `promtool check config ${configuration}` }],
      // Checked like a scrape: Prometheus's own first one may be a scrape interval and some seconds away.
      checks: [
        { name: "Prometheus is ready", command: `curl --fail --silent --show-error http://127.0.0.1:${local.prometheus}/-/ready` },
        ...jobs.flatMap((job) => having(job, options.machines).map(({ name, privateAddress }) => ({
          name: `figures of ${job} on ${name}`,
          command: `runuser -u ${prometheusUser} -- curl --fail --silent --show-error --max-time 10 --output /dev/null http://${privateAddress}:${ports[job]}/metrics`,
          timeoutSeconds: 60,
        }))),
      ],
    },
  );
}

const targetFile = (job: string): string => `${directory}/targets/${job}.json`;

/** The machines that have this exporter: none missing, none stale. */
const having = (job: Exporter, machines: Watched[]): Watched[] => machines.filter(({ exporters }) => exporters.includes(job));

const monitorOf = ({ machines, monitor }: PrometheusOptions): Watched => machines.find(({ name }) => name === monitor)!;

const targetsOf = (job: Exporter, machines: Watched[]): File => ({
  path: targetFile(job),
  content: json(having(job, machines).map(({ name, role, privateAddress }) => ({
    targets: [`${privateAddress}:${ports[job]}`], labels: { machine: name, role },
  }))),
});

/** Which series and labels to keep, by job. */
const kept: Partial<Record<Exporter, object[]>> = {
  node: [
    // Of unit states only "failed"; and whether the machine synchronizes its clock.
    { source_labels: ["__name__", "state", "name"], regex: "node_systemd_unit_state;(activating|deactivating|inactive|active);.*", target_label: "__tmp_state", replacement: "1" },
    { source_labels: ["__tmp_state", "state", "name"], regex: "1;active;systemd-timesyncd.service", target_label: "__tmp_state", replacement: "" },
    { source_labels: ["__tmp_state"], regex: "1", action: "drop" },
    { regex: "__tmp_state", action: "labeldrop" },
  ],
  // Paths are arbitrary, and a random worker's counts are not rates: rates come from the edge.
  django: [{ source_labels: ["path"], regex: ".+", action: "drop" }],
  postgres: [
    { source_labels: ["__name__"], regex: "pg_(settings|stat_user_tables|statio_user_tables|roles)_.*", action: "drop" },
    { source_labels: ["__name__", "datname"], regex: "pg_stat_activity_.*;(postgres|template.)", action: "drop" },
  ],
};

function config(options: PrometheusOptions, rules: string[]): object {
  const { scrapeSeconds, probeSeconds, edge, monitor } = options;
  const itself = (job: string, port: number, only?: string) => ({
    job_name: job,
    ...(only ? { metric_relabel_configs: [{ source_labels: ["__name__"], regex: only, action: "keep" }] } : {}),
    static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { machine: monitor, role: "monitor" } }],
  });
  const probe = (job: string, module: string, target: string) => ({
    job_name: job,
    metrics_path: "/probe",
    scrape_interval: `${probeSeconds}s`,
    scrape_timeout: `${Math.min(probeSeconds, 10)}s`,
    params: { module: [module] },
    static_configs: [{ targets: [target], labels: { machine: edge.machine, role: "edge" } }],
    relabel_configs: [
      { source_labels: ["__address__"], target_label: "__param_target" },
      { source_labels: ["__address__"], target_label: "instance" },
      { target_label: "__address__", replacement: `127.0.0.1:${local.blackbox}` },
    ],
  });
  return {
    global: {
      scrape_interval: `${scrapeSeconds}s`,
      scrape_timeout: `${Math.max(2, Math.floor(scrapeSeconds / 3))}s`,
      evaluation_interval: `${Math.max(1, Math.floor(scrapeSeconds / 5))}s`,
      external_labels: { stack: options.stack },
    },
    // Each by its name, so that a file left by an earlier release is not used.
    rule_files: rules,
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${local.alertmanager}`] }] }] },
    scrape_configs: [
      ...jobs.map((job) => ({
        job_name: job,
        file_sd_configs: [{ files: [targetFile(job)] }],
        sample_limit: 10_000,
        metric_relabel_configs: [...dropForeignMetrics, ...kept[job] ?? []],
      })),
      ...beside.map((job) => itself(job, local[job])),
      // Of thousands of series only those that alerts and dashboards use.
      ...(options.logs ? [itself("loki", local.loki, "loki_(discarded_samples|distributor_(lines|bytes)_received|request_duration_seconds_count)(_total)?|process_.*")] : []),
      ...(options.grafana ? [{
        ...itself("grafana", grafanaPort, "grafana_(build_info|http_request_duration_seconds_count)|process_.*"),
        scheme: "https",
        tls_config: { ca_file: grafanaCertificate, server_name: "grafana" },
        static_configs: [{ targets: [`${monitorOf(options).privateAddress}:${grafanaPort}`], labels: { machine: monitor, role: "monitor" } }],
      }] : []),
      probe("probe", "health", `https://${edge.domain}/api/health/`),
      probe("certificate", "certificate", `${edge.domain}:443`),
    ],
  };
}
