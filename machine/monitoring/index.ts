/**
 * What measures, and what watches. Each machine has its exporters, on its private address and for the monitor alone; the
 * monitor has all that asks, keeps, judges and tells.
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
