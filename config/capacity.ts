import { sizes } from "./sizes";

/** Memory that the system, Docker and the log shipper keep, in MiB. */
export const systemMemoryMiB = 512;

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
