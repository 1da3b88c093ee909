/** PostgreSQL's memory and parallelism from the machine's size, for an OLTP load on SSDs beside a small Redis. */
export interface Size {
  /** The machine's memory. */
  memoryMiB: number;
  vcpus: number;
  /** Connections that there will be at once; fewer than a hundred count as that. */
  clients: number;
}

/**
 * The same on every size and for every number of machines. A server that allows fewer than the one before it cannot read that one's WAL,
 * nor a restore its backups; and another number takes a restart. One that is not used takes 20 KiB.
 */
export const maxConnections = 500;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, Math.floor(value)));

/** Settings by name, in PostgreSQL's own spelling. */
export function tuning({ memoryMiB, vcpus, clients }: Size): Record<string, string> {
  const sharedBuffers = clamp(memoryMiB / 4, 128, 16384);
  const perGather = clamp(vcpus / 2, 1, 4);
  // A query sorts or hashes in several places at once, in each of its processes: a third of what is left, shared by all.
  const workMem = clamp((memoryMiB - sharedBuffers) / 3 / Math.max(100, clients) / perGather, 2, 256);
  const maxWal = clamp(memoryMiB / 2, 512, 8192);
  return {
    shared_buffers: `${sharedBuffers}MB`,
    effective_cache_size: `${Math.floor(memoryMiB / 2)}MB`,
    work_mem: `${workMem}MB`,
    maintenance_work_mem: `${clamp(memoryMiB / 16, 32, 2048)}MB`,
    max_connections: String(maxConnections),
    // The same on every size: a server with fewer than the one before it cannot read that one's WAL, nor a restore its backups.
    max_worker_processes: "64",
    max_parallel_workers: String(vcpus),
    max_parallel_workers_per_gather: String(perGather),
    max_parallel_maintenance_workers: String(perGather),
    min_wal_size: `${Math.floor(maxWal / 4)}MB`,
    max_wal_size: `${maxWal}MB`,
    random_page_cost: "1.1",
    effective_io_concurrency: "200",
  };
}
