import type { PostgresOptions } from "../../../machine/data/postgres";

/** PostgreSQL of a small stack. */
export const options = (password = "made-up-password"): PostgresOptions => ({
  listenAddress: "10.0.0.5",
  allowedCidr: "10.0.0.0/24",
  roles: [{ name: "ringo", database: "orders", password }],
  memoryMiB: 2048,
  vcpus: 2,
  clients: 20,
  tls: { certificate: "certificate", key: "made-up-key" },
  dataDirectory: "/srv/data/postgresql",
});
/** Redis beside it, without its passwords. */
export const redisOptions = { listenAddress: "10.0.0.5", maxMemoryMiB: 256, dataDirectory: "/srv/data/redis" };
