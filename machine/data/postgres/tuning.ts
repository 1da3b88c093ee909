/** PostgreSQL's memory and parallelism from the machine's size, for an OLTP load on SSDs beside a small Redis. */
export interface Size {
  /** The machine's memory. */
  memoryMiB: number;
  vcpus: number;
  /** Maximum number of concurrent connections; at least a hundred is assumed. */
  clients: number;
}

/**
 * The same for every size and number of machines. A server that allows fewer than its predecessor cannot read that one's WAL,
 * nor can a restore read its backups; and a change requires a restart. An unused connection costs 20 KiB.
 */
export const maxConnections = 500;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, Math.floor(value)));

/** Settings by name, in PostgreSQL's own spelling. */
export function tuning({ memoryMiB, vcpus, clients }: Size): Record<string, string> {
  const sharedBuffers = clamp(memoryMiB / 4, 128, 16384);
  const perGather = clamp(vcpus / 2, 1, 4);
  // A query may sort or hash in several places at once, in each of its processes: a third of the rest, shared by all.
  const workMem = clamp((memoryMiB - sharedBuffers) / 3 / Math.max(100, clients) / perGather, 2, 256);
  const maxWal = clamp(memoryMiB / 2, 512, 8192);
  return {
    shared_buffers: `${sharedBuffers}MB`,
    effective_cache_size: `${Math.floor(memoryMiB / 2)}MB`,
    work_mem: `${workMem}MB`,
    maintenance_work_mem: `${clamp(memoryMiB / 16, 32, 2048)}MB`,
    max_connections: String(maxConnections),
    // The same for every size: a server with fewer than its predecessor cannot read that one's WAL, nor can a restore read its backups.
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
