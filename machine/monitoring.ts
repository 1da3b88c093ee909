/**
 * What measures, and what watches. Each machine has its exporters, on its private address and for the monitor alone; the
 * monitor has all that asks, keeps, judges and tells.
 */
export { alertmanager, type Receivers } from "./monitoring/alertmanager";
export { blackbox } from "./monitoring/blackbox";
export { celeryExporter, celeryUser } from "./monitoring/celery";
export { djangoMetrics } from "./monitoring/django";
export { edgeExporters, edgeStatus } from "./monitoring/edge";
export { machine } from "./monitoring/node";
export { ports, type Exporter } from "./monitoring/ports";
export { monitorRole, postgresExporter, postgresMonitor } from "./monitoring/postgres";
export { prometheus, type Watched } from "./monitoring/prometheus";
export { readsFigures, readsQueues, redisExporter, redisUser } from "./monitoring/redis";
