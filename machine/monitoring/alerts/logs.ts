import type { Concern, Stack } from "./rule";

/** Whether the machines' logs are stored. */
export const logs = ({ patience }: Stack): Concern => ({
  name: "logs",
  alerts: [
    {
      name: "LogStoreDown", expr: 'up{job="loki"} == 0', forSeconds: patience(120), severity: "warning",
      summary: "the log store takes no lines", description: "They wait on their machines: 256 MiB on each, then the journal.",
    },
    {
      name: "LogsRejected", expr: "sum by (reason) (increase(loki_discarded_samples_total[15m])) > 0", severity: "warning",
      summary: "the log store rejects lines: {{ $labels.reason }}", description: "They were too old, too long or too many at once, and are on their machines only.",
    },
    {
      name: "LogsCutShort", expr: "ringo_logs_kept_seconds < ringo_logs_wanted_seconds", severity: "warning",
      summary: "logs are kept for {{ $value | humanizeDuration }} only", description: "They take more disk than logs.retentionGiB.",
    },
  ],
});
