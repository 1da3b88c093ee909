/**
 * Which exporter may report which metric. An intruder on a machine, or only in its backend, can report any metric of that machine, and many
 * alerts ask whether any machine reports that all is well. So metrics that alerts use are dropped unless they come from their own exporter.
 */
import type { Exporter } from "./ports";

/** Names of metrics (a regular expression), their exporter, and the role of its machines. @default role any */
interface Source { names: string; exporter: Exporter; role?: string }

const sources: Source[] = [
  { names: "node_.*|ringo_(backend|crash|ssh|updated)_.*", exporter: "node" },
  { names: "ringo_(backup|media_backup|restore_test|wal|queueing)_.*", exporter: "node", role: "data" },
  { names: "ringo_beat_.*", exporter: "node", role: "worker" },
  { names: "ringo_logs_.*", exporter: "node", role: "monitor" },
  { names: "nginx_.*", exporter: "nginx" },
  { names: "(ringo_edge|mtail)_.*", exporter: "edge" },
  { names: "(pg|ringo_postgres)_.*", exporter: "postgres" },
  { names: "redis_.*", exporter: "redis" },
];

/** Names that need a source: those above, the monitor's own programs' and Prometheus's. The application may use any other name. */
const reserved = "(ringo|node|nginx|mtail|pg|redis|probe|blackbox|prometheus|alertmanager|loki|grafana|scrape)_.*|up|ALERTS(_FOR_STATE)?|[^:]*:.*";

/** Prometheus's `metric_relabel_configs`, the same for each exporter's job. */
export const dropForeignMetrics: object[] = [
  { source_labels: ["__name__"], regex: reserved, target_label: "__tmp_foreign", replacement: "1" },
  {
    source_labels: ["job", "role", "__name__"], target_label: "__tmp_foreign", replacement: "",
    regex: sources.map(({ names, exporter, role = "[^;]*" }) => `${exporter};${role};(${names})`).join("|"),
  },
  { source_labels: ["__tmp_foreign"], regex: "1", action: "drop" },
];
