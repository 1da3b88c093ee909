import { maxConnections } from "../machine/data/postgres/tuning";
import { sizes } from "./sizes";

/** Memory that the system, Docker and the log shipper keep, in MiB. */
const systemMemoryMiB = 512;

/** Resident memory of one gunicorn worker, in MiB: measured 240 for the master and two. */
export const gunicornWorkerMiB = 120;

/** Resident memory of one Celery process, child or parent, in MiB: measured 210 for two children, 106 for beat. */
export const celeryProcessMiB = 105;

const forContainers = (slug: string): number => Math.max(0, sizes[slug].memoryMiB - systemMemoryMiB);

/** How many gunicorn workers a droplet of this size has memory for. */
export const gunicornWorkersThatFit = (slug: string): number => Math.floor(forContainers(slug) / gunicornWorkerMiB);

/** Gunicorn's own rule, 2 × CPUs + 1, within what memory holds; at least one. */
export const gunicornWorkersFor = (slug: string): number =>
  Math.max(1, Math.min(2 * sizes[slug].vcpus + 1, gunicornWorkersThatFit(slug)));

/** How many Celery children a droplet of this size has memory for, beside their parent and beat. */
export const celeryChildrenThatFit = (slug: string): number =>
  Math.max(0, Math.floor(forContainers(slug) / celeryProcessMiB) - 2);

/** What PostgreSQL takes on every size (`machine/data/postgres/tuning.ts`), less what is kept for backups, the monitor, a release and the operator. */
export const mostConnections = maxConnections - 15;

/** What one connection may take of its own, in MiB: measured 1.5 for a health check's, 3.4 for one that has looked at every table, and a sort beside it. */
export const connectionMiB = 8;

/** How many connections a database machine of this size has memory for, beside PostgreSQL's shared buffers (a quarter) and Redis (an eighth). */
export const connectionsThatFit = (slug: string): number =>
  Math.min(mostConnections, Math.floor((sizes[slug].memoryMiB * 5 / 8 - systemMemoryMiB) / connectionMiB));

/** How many children a Celery worker has, at least and at most. */
export function poolOf({ autoscaler, concurrency }: Pool): { min: number; max: number } {
  return autoscaler.enabled ? { min: autoscaler.min, max: autoscaler.max } : { min: concurrency, max: concurrency };
}

interface Pool {
  autoscaler: { enabled: boolean; min: number; max: number };
  /** Without the autoscaler. */
  concurrency: number;
}

/** Processes of the application that may each hold a connection, at once. */
export function connectionsOf({ apiInstanceCount, apiSize, gunicornWorkers, workerInstanceCount, autoscaler, concurrency }: Processes): number {
  const children = poolOf({ autoscaler, concurrency }).max;
  return apiInstanceCount * (gunicornWorkers || gunicornWorkersFor(apiSize)) + workerInstanceCount * (children + 1) + 1; // a parent each, and beat
}

interface Processes extends Pool {
  apiInstanceCount: number;
  apiSize: string;
  /** 0 for as many as the size gives. */
  gunicornWorkers: number;
  workerInstanceCount: number;
}
