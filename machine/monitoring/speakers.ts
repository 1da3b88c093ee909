/**
 * Who may say what. Whoever has taken a machine, or only the backend on it, makes up what figures he likes; Prometheus sees to it that they
 * are said of that machine, but many an alert asks whether any machine says that all is well. So of a name that alerts go by, what
 * comes from anybody else is dropped.
 */
import type { Exporter } from "./ports";

/** Names (a regular expression), and who makes them: an exporter, and machines of which role. */
interface Speaker { names: string; exporter: Exporter; role?: string }

const speakers: Speaker[] = [
  { names: "node_.*|ringo_(backend|crash|ssh|updated)_.*", exporter: "node" },
  { names: "ringo_(backup|media_backup|restore_test|wal|queueing)_.*", exporter: "node", role: "data" },
  { names: "ringo_beat_.*", exporter: "node", role: "worker" },
  { names: "ringo_logs_.*", exporter: "node", role: "monitor" },
  { names: "nginx_.*", exporter: "nginx" },
  { names: "(ringo_edge|mtail)_.*", exporter: "edge" },
  { names: "(pg|ringo_postgres)_.*", exporter: "postgres" },
  { names: "redis_.*", exporter: "redis" },
];

/** All of these, and what comes from the monitor's own programs or is Prometheus's to say. Any other name is the application's to choose. */
const reserved = "(ringo|node|nginx|mtail|pg|redis|probe|blackbox|prometheus|alertmanager|loki|grafana|scrape)_.*|up|ALERTS(_FOR_STATE)?|[^:]*:.*";

/** Rules for Prometheus, the same for each exporter's job. */
export const spoken: object[] = [
  { source_labels: ["__name__"], regex: reserved, target_label: "__tmp_foreign", replacement: "1" },
  {
    source_labels: ["job", "role", "__name__"], target_label: "__tmp_foreign", replacement: "",
    regex: speakers.map(({ names, exporter, role = "[^;]*" }) => `${exporter};${role};(${names})`).join("|"),
  },
  { source_labels: ["__tmp_foreign"], regex: "1", action: "drop" },
];
