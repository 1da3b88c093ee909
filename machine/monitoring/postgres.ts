import { psql } from "../data/postgres";
import type { Fragment } from "../state";
import { exporter } from "./exporter";
import { ports } from "./ports";

const name = "prometheus-postgres-exporter";

/** The exporter's role: it may read statistics, but no table. It connects only from this machine, as the exporter's system user. */
export const monitorRole = { name: "monitor", systemUser: name };

/** The schema of the statement statistics, owned by the superuser. The application could replace objects in `public`, which the exporter would then run. */
const statistics = "monitor";

const queries = "/etc/ringo/postgres-exporter.yml";

/** PostgreSQL's metrics, read through its socket as `monitorRole`. */
export const postgresExporter = (address: string, database: string): Fragment => exporter({
  name,
  listen: `${address}:${ports.postgres}`,
  command: [
    "/usr/bin/prometheus-postgres-exporter", `--web.listen-address=${address}:${ports.postgres}`, `--extend.query-path=${queries}`,
    "--disable-settings-metrics", "--collector.long_running_transactions", "--collector.stat_statements",
    "--collector.postmaster",
  ],
  service: [`Environment="DATA_SOURCE_NAME=host=/run/postgresql user=${monitorRole.name} dbname=${database}"`],
  files: [{ path: queries, content: ownQueries }],
});

/** The role, and the statistics of statements. Belongs to the state that has PostgreSQL. */
export const postgresMonitor = (database: string): Fragment => ({
  steps: [{
    name: "PostgreSQL may be looked at",
    when: "after-units",
    unless: `test "$(${psql} -c "SELECT has_database_privilege('${monitorRole.name}', '${database}', 'CONNECT') AND pg_has_role('${monitorRole.name}', 'pg_monitor', 'USAGE')" 2>/dev/null)" = t && \
test "$(${psql} ${database} -c "SELECT count(*) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_stat_statements' AND nspname = '${statistics}'")" = 1 && \
test "$(${psql} -c "SELECT rolconfig FROM pg_roles WHERE rolname = '${monitorRole.name}'")" = '{"search_path=pg_catalog, ${statistics}"}'`,
    command: `${psql} ${database} <<'SQL'
SELECT 'CREATE ROLE "${monitorRole.name}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${monitorRole.name}') \\gexec
ALTER ROLE "${monitorRole.name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5;
ALTER ROLE "${monitorRole.name}" SET search_path = pg_catalog, ${statistics};
GRANT pg_monitor TO "${monitorRole.name}";
GRANT CONNECT ON DATABASE "${database}" TO "${monitorRole.name}";
SELECT 'CREATE SCHEMA ${statistics}' WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = '${statistics}' AND nspowner = 'postgres'::regrole) \\gexec
GRANT USAGE ON SCHEMA ${statistics} TO "${monitorRole.name}";
CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA ${statistics};
ALTER EXTENSION pg_stat_statements SET SCHEMA ${statistics};
SQL`,
  }],
});

/** Metrics that the packaged collectors lack, as YAML. Queried at every scrape, so cheap. */
const ownQueries = JSON.stringify({
  ringo_postgres_wal: {
    query: "SELECT count(*) AS waiting_segments, coalesce(extract(epoch FROM now() - min(modification)), 0) AS waiting_seconds FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'",
    metrics: [
      { waiting_segments: { usage: "GAUGE", description: "WAL segments that have not been archived." } },
      { waiting_seconds: { usage: "GAUGE", description: "How long the oldest of them has waited." } },
    ],
  },
  ringo_postgres_connections: {
    query: "SELECT count(*) AS used, current_setting('max_connections')::int AS allowed FROM pg_stat_activity WHERE backend_type = 'client backend'",
    metrics: [
      { used: { usage: "GAUGE", description: "Connections of clients." } },
      { allowed: { usage: "GAUGE", description: "How many there may be." } },
    ],
  },
  ringo_postgres_tables: {
    query: "SELECT coalesce(sum(n_dead_tup), 0) AS dead_rows, coalesce(sum(n_live_tup), 0) AS live_rows FROM pg_stat_user_tables",
    metrics: [
      { dead_rows: { usage: "GAUGE", description: "Rows that are deleted and still take room, in all tables: bloat." } },
      { live_rows: { usage: "GAUGE", description: "Rows there are, in all tables." } },
    ],
  },
}, null, 2);
