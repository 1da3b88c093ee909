import { json } from "../content";
import { combine, type Fragment } from "../state";
import { watchdog } from "./alerts/monitor";
import { exporter } from "./exporter";
import { local } from "./ports";

export interface AlertmanagerOptions {
  receivers: Receivers;
  /** Where the heartbeat for the dead man's switch is sent. */
  heartbeatUrl?: string;
  heartbeatSeconds: number;
  /** TCP ports of these receivers on the internet. */
  ports: number[];
  scrapeSeconds: number;
}

/** Receivers; if there are none, nobody is notified. */
export interface Receivers {
  webhookUrl?: string;
  slackUrl?: string;
  telegram?: { token: string; chatId: number };
  email?: { to: string; from: string; server: string; username: string; password: string };
}

const name = "prometheus-alertmanager";
const path = "/etc/prometheus/ringo/alertmanager.yml";
const data = "prometheus/alertmanager";
const storage = `/var/lib/${data}`;

/**
 * At each boot it forgets its sent notifications. Prometheus has then forgotten its raised alerts, and never reports their end;
 * one that ended meanwhile would count as already sent, and if it fired again nobody would be notified for `repeat_interval`.
 */
const forgotten = { path: "/etc/tmpfiles.d/ringo-alertmanager.conf", content: `r! ${storage}/nflog\n` };

/**
 * An update of Debian's package would give the directory to the user of all its packages, and only then restart the program, which could
 * not write its newest silences any more.
 */
const kept = {
  name: "Alertmanager keeps its data in updates",
  unless: `dpkg-statoverride --list ${storage} > /dev/null`,
  command: `dpkg-statoverride --add ${name} ${name} 0700 ${storage}`,
};

/** Groups, inhibits and sends alerts. Answers only on loopback. */
export function alertmanager(options: AlertmanagerOptions): Fragment {
  const configuration = { path, content: json(config(options)), group: name, mode: "0640", secret: true };
  const { receivers, heartbeatUrl } = options;
  return combine(
    exporter({
      name,
      listen: `127.0.0.1:${local.alertmanager}`,
      command: [
        "/usr/bin/prometheus-alertmanager", `--config.file=${path}`, `--storage.path=${storage}`,
        `--web.listen-address=127.0.0.1:${local.alertmanager}`, "--cluster.listen-address=",
      ],
      reaches: options.ports.map((port) => ({ name: "alerts", port, to: "any" })),
      data,
      reloaded: [configuration],
    }),
    {
      files: [forgotten],
      steps: [{ name: "Alertmanager's configuration", onChange: [path], command: `amtool check-config ${path}` }, kept],
      secrets: [receivers.webhookUrl, receivers.slackUrl, receivers.telegram?.token, receivers.email?.password, heartbeatUrl]
        .filter((secret) => secret !== undefined),
    },
  );
}

/** While `source` fires, `target` would say nothing new about the same thing. */
const implied: [source: string, target: string, ...equal: string[]][] = [
  ["ApiVerySlow", "ApiSlow"], ["ApiManyErrors", "ApiErrors"], ["ApiDown", "ApiProcessDown"], ["EdgeDown", "PublicUrlDown"],
  ["CertificateEnding", "CertificateExpiring", "instance"], ["ErrorBudgetBurningFast", "ErrorBudgetBurning"],
  ["ErrorBudgetBurning", "ErrorBudgetBurningSlowly"], ["ErrorBudgetBurningSlowly", "ErrorBudgetAtRisk"],
  ["DiskNearlyFull", "DiskFilling", "machine", "mountpoint"], ["MemoryNearlyOut", "MemoryLow", "machine"],
  ["PostgresConnectionsNearlyOut", "PostgresConnectionsHigh", "machine"], ["RedisMemoryNearlyOut", "RedisMemoryHigh", "machine"],
  ["QueueVeryLong", "QueueLong", "queue"], ["TaskManyFailures", "TaskFailures", "task"], ["NoWorkers", "WorkerDown"],
];

const text = `{{ range .Alerts }}{{ if eq .Status "resolved" }}RESOLVED{{ else }}{{ .Labels.severity | toUpper }}{{ end }} ({{ .Labels.stack }}): {{ .Annotations.summary }}
{{ .Annotations.description }}
{{ .Annotations.runbook_url }}

{{ end }}`;
const title = '{{ if eq .Status "resolved" }}Resolved: {{ end }}{{ .CommonLabels.alertname }} ({{ .CommonLabels.stack }})';

function config({ receivers, heartbeatUrl, heartbeatSeconds, scrapeSeconds }: AlertmanagerOptions): object {
  const { webhookUrl, slackUrl, telegram, email } = receivers;
  const people = {
    name: "people",
    ...(webhookUrl && { webhook_configs: [{ url: webhookUrl, send_resolved: true }] }),
    ...(slackUrl && { slack_configs: [{ api_url: slackUrl, send_resolved: true, title, text }] }),
    ...(telegram && { telegram_configs: [{ bot_token: telegram.token, chat_id: telegram.chatId, parse_mode: "", message: text, send_resolved: true }] }),
    ...(email && {
      email_configs: [{
        to: email.to, from: email.from, smarthost: email.server, auth_username: email.username, auth_password: email.password, require_tls: true,
        send_resolved: true, headers: { Subject: title }, html: "", text,
      }],
    }),
  };
  const matching = (name: string) => `alertname="${name}"`;
  return {
    route: {
      receiver: "people",
      group_by: ["alertname", "stack"],
      group_wait: "1s",
      // An alert that joins a group waits no longer than a scrape.
      group_interval: `${Math.max(5, Math.round(scrapeSeconds / 2))}s`,
      repeat_interval: "12h",
      routes: [
        {
          receiver: "dead man's switch", matchers: [matching(watchdog)], group_wait: "0s",
          // At each flush, so that none is missed for being a moment early.
          group_interval: `${heartbeatSeconds}s`, repeat_interval: `${Math.ceil(heartbeatSeconds / 2)}s`,
        },
        { receiver: "people", matchers: ['severity="critical"'], repeat_interval: "1h" },
      ],
    },
    inhibit_rules: [
      // If a machine is gone, its other alerts are no news.
      { source_matchers: [matching("MachineDown")], target_matchers: ['alertname!="MachineDown"', 'machine!=""'], equal: ["machine"] },
      // These may keep notifications from being sent: then only the missing heartbeat tells.
      { source_matchers: ['alertname=~"AlertsNotDelivered|MonitorDroppingAlerts"'], target_matchers: [matching(watchdog)] },
      { source_matchers: [matching("RedisDown")], target_matchers: ['alertname=~"QueueStuck|WorkerDown|NoWorkers|BrokerUnreachable"'] },
      ...implied.map(([source, target, ...equal]) => ({ source_matchers: [matching(source)], target_matchers: [matching(target)], ...(equal.length > 0 ? { equal } : {}) })),
    ],
    receivers: [
      people,
      { name: "dead man's switch", ...(heartbeatUrl && { webhook_configs: [{ url: heartbeatUrl, send_resolved: false }] }) },
    ],
  };
}
