/**
 * Exporters and the monitor. Each machine has its exporters, on its private address and only for the monitor; the
 * monitor scrapes, stores, evaluates and alerts.
 */
export { alertmanager, type Receivers } from "./alertmanager";
export { blackbox } from "./blackbox";
export { celeryExporter, celeryUser } from "./celery";
export { djangoMetrics } from "./django";
export { edgeExporters, edgeStatus } from "./edge";
export { facts } from "./facts";
export { node } from "./node";
export { ports, type Exporter } from "./ports";
export { monitorRole, postgresExporter, postgresMonitor } from "./postgres";
export { prometheus } from "./prometheus";
export { readsFigures, readsQueues, redisExporter, redisUser } from "./redis";
