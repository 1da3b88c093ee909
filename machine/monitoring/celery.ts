import { join } from "node:path";
import { json, pythonModules } from "../content";
import { combine, type Fragment } from "../state";
import { exporter } from "./exporter";
import { local } from "./ports";

export interface CeleryExporterOptions {
  /** Where Redis is. */
  host: string;
  password: string;
  queues: string[];
  /** Celery's names of the expected workers. */
  workers: string[];
  /** How long a stopping worker may take to finish its tasks: it is silent meanwhile, and they are not lost. */
  stopTimeoutSeconds: number;
  /** Minimum and maximum number of each worker's children. */
  pool: { min: number; max: number };
}

/** The exporter's Redis user. */
export const celeryUser = "celery-exporter";

const library = "/usr/local/lib/ringo/celery_exporter";
const settings = "/etc/ringo/celery-exporter.json";
const password = "/etc/ringo/celery-exporter.password";

/** Queues, tasks and workers, from the broker; one for the whole stack. */
export function celeryExporter(options: CeleryExporterOptions): Fragment {
  const { host, queues, workers, stopTimeoutSeconds, pool } = options;
  return combine(exporter({
    name: "ringo-celery-exporter",
    listen: `127.0.0.1:${local.celery}`,
    package: "python3-prometheus-client",
    description: "Figures of Celery for the monitor",
    command: ["/usr/bin/python3", "-B", "-m", "celery_exporter.main", settings, "/run/credentials/ringo-celery-exporter.service/password"],
    reaches: [{ name: "redis", port: 6379, to: [host] }],
    service: [`LoadCredential=password:${password}`, "Environment=PYTHONPATH=/usr/local/lib/ringo"],
    files: [
      ...pythonModules(join(__dirname, "celery"), library),
      { path: settings, content: json({ host, user: celeryUser, queues, workers, stopTimeoutSeconds, pool, port: local.celery }) },
      { path: password, content: `${options.password}\n`, mode: "0600", secret: true },
    ],
  }), { packages: ["python3-redis"], secrets: [options.password] });
}
