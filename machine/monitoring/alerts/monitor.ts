import type { Concern, Stack } from "./rule";

/** The alert that fires as long as metrics are scraped, stored and evaluated. */
export const watchdog = "Watchdog";

/** Whether the monitor itself works. */
export const monitor = ({ patience }: Stack): Concern => ({
  name: "monitor",
  alerts: [
    {
      // A metric of its own, which ends with a full disk like all others; without a machine, since no machine's fault may inhibit it.
      name: watchdog, expr: 'max(up{job="prometheus"}) == 1', severity: "warning",
      summary: "the monitor lives", description: "Always fires while monitoring works. Sent to the dead man's switch, which raises the alarm when it stops.",
    },
    {
      name: "ConfigurationRejected", expr: "prometheus_config_last_reload_successful == 0 or alertmanager_config_last_reload_successful == 0", forSeconds: patience(60), severity: "critical",
      summary: "{{ $labels.job }} still uses its old configuration", description: "It could not read the new one.",
    },
    {
      name: "RulesFailing", expr: "increase(prometheus_rule_evaluation_failures_total[10m]) > 0", severity: "warning",
      summary: "rules of {{ $labels.rule_group }} cannot be evaluated", description: "Their alerts cannot fire.",
    },
    {
      name: "AlertsNotDelivered", expr: "rate(alertmanager_notifications_failed_total[2m]) > 0", forSeconds: patience(300), severity: "critical",
      summary: "alerts do not arrive by {{ $labels.integration }}", description: "{{ $labels.reason }}. Another channel may still work.",
    },
    {
      name: "MonitorDroppingAlerts", expr: "rate(prometheus_notifications_dropped_total[2m]) > 0", forSeconds: patience(300), severity: "critical",
      summary: "Prometheus cannot hand its alerts to Alertmanager", description: "No alert reaches anybody. Alerts dropped while Alertmanager starts are sent again by themselves.",
    },
    {
      name: "GrafanaDown", expr: 'up{job="grafana"} == 0', forSeconds: patience(120), severity: "warning",
      summary: "Grafana does not answer", description: "Nobody can see the dashboards. Metrics, logs and alerts work without it.",
    },
  ],
});
