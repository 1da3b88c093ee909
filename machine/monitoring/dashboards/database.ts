import { lines, upOrDown, type Dashboard, type Known } from "./view";

/** PostgreSQL and Redis: whether they answer, and have enough resources. */
export const database = ({ figure }: Known): Dashboard => ({
  uid: "ringo-database",
  title: "Ringo: database",
  description: "PostgreSQL and Redis: whether they answer, what they do, and how much room is left.",
  rows: [
    {
      title: "Now",
      panels: [
        { kind: "number", width: 3, title: "PostgreSQL", description: "Whether it answers.", alerts: ["PostgresDown"], ...upOrDown, queries: [{ expr: "pg_up" }] },
        {
          kind: "number", width: 3, title: "Connections", description: "The share that is in use.", unit: "percentunit", alerts: ["PostgresConnectionsHigh", "PostgresConnectionsNearlyOut"],
          queries: [{ expr: figure("PostgresConnectionsHigh") }],
        },
        {
          kind: "number", width: 3, title: "Size", description: "Of all databases.", unit: "bytes", steps: [{ from: null, color: "blue" }], queries: [{ expr: "sum(pg_database_size_bytes)" }],
        },
        {
          kind: "number", width: 3, title: "Disk that is left", description: "Of the fullest file system of the machine.", unit: "percentunit", alerts: ["DiskFilling", "DiskNearlyFull"],
          queries: [{ expr: `min(${figure("DiskFilling")} and on (machine) pg_up)` }],
        },
        { kind: "number", width: 3, title: "Redis", description: "Whether it answers.", alerts: ["RedisDown"], ...upOrDown, queries: [{ expr: "redis_up" }] },
        {
          kind: "number", width: 3, title: "Redis memory", description: "The share that is used. Near its end nothing more is queued.", unit: "percentunit",
          alerts: ["RedisMemoryHigh", "RedisMemoryNearlyOut"], queries: [{ expr: figure("RedisMemoryHigh") }],
        },
        {
          kind: "number", width: 3, title: "Redis persists", description: "It writes its files: without them a restart loses what is queued.", alerts: ["RedisNotPersisting"],
          steps: upOrDown.steps, texts: { 0: { text: "no", color: "red" }, 1: { text: "yes", color: "green" } },
          queries: [{ expr: "min(redis_aof_last_write_status * redis_aof_last_bgrewrite_status * redis_rdb_last_bgsave_status)" }],
        },
        {
          kind: "number", width: 3, title: "Redis keys", description: "Queues, results and what else is kept.", steps: [{ from: null, color: "blue" }], queries: [{ expr: "sum(redis_db_keys)" }],
        },
      ],
    },
    {
      title: "PostgreSQL",
      panels: [
        {
          kind: "graph", width: 8, title: "Connections, by what they do", description: "Idle in a transaction holds locks.", min: 0, stacked: true,
          queries: [{ expr: 'sum by (state) (pg_stat_activity_count{state!=""})', legend: "{{state}}" }],
        },
        {
          kind: "graph", width: 8, title: "Transactions", description: "Committed and rolled back, in all databases.", unit: "ops", min: 0,
          queries: [
            { expr: "sum(rate(pg_stat_database_xact_commit[$__rate_interval]))", legend: "committed" },
            { expr: "sum(rate(pg_stat_database_xact_rollback[$__rate_interval]))", legend: "rolled back" },
          ],
        },
        {
          kind: "graph", width: 8, title: "Rows", description: "Read and written, in all databases.", unit: "rowsps", min: 0,
          queries: ["fetched", "inserted", "updated", "deleted"].map((what) => ({ expr: `sum(rate(pg_stat_database_tup_${what}[$__rate_interval]))`, legend: what })),
        },
        {
          kind: "graph", width: 8, title: "Statements that take most of the time", description: "Seconds of work a second, by query id; pg_stat_statements has their text.", unit: "s", min: 0, stacked: true,
          queries: [{ expr: "topk(5, sum by (queryid) (rate(pg_stat_statements_seconds_total[5m])))", legend: "{{queryid}}" }],
        },
        {
          kind: "graph", width: 8, title: "Slowest statements", description: "Each run's average over five minutes, of those that run often.", unit: "s", min: 0, alerts: ["SlowStatements"],
          queries: [{ expr: `topk(5, ${figure("SlowStatements")}) or on () vector(0)`, legend: "{{queryid}}" }],
        },
        {
          kind: "graph", width: 8, title: "Read from memory", description: "The share of pages that needed no disk.", unit: "percentunit", max: 1,
          queries: [{ expr: "sum(rate(pg_stat_database_blks_hit[5m])) / (sum(rate(pg_stat_database_blks_hit[5m])) + sum(rate(pg_stat_database_blks_read[5m])))", legend: "hits" }],
        },
        {
          kind: "graph", width: 8, title: "Longest transaction", description: "It keeps its locks, and dead rows cannot be removed.", unit: "s", min: 0, alerts: ["LongTransaction"],
          queries: [{ expr: figure("LongTransaction"), legend: "{{machine}}" }],
        },
        {
          kind: "graph", width: 8, title: "Deadlocks", description: "Within ten minutes.", min: 0, alerts: ["Deadlocks"],
          queries: [{ expr: `sum(${figure("Deadlocks")})`, legend: "deadlocks" }],
        },
        {
          kind: "graph", width: 8, title: "Rows that are dead", description: "They take room until autovacuum removes them.", min: 0, alerts: ["TablesBloated"], steps: [{ from: null, color: "green" }],
          queries: [{ expr: "ringo_postgres_tables_dead_rows", legend: "dead" }, { expr: "ringo_postgres_tables_live_rows", legend: "live" }],
        },
      ],
    },
    {
      title: "Redis",
      panels: [
        {
          kind: "graph", width: 8, title: "Memory", description: "Nothing is ever evicted: at the bound writes are refused.", unit: "bytes", min: 0,
          queries: [{ expr: "redis_memory_used_bytes", legend: "used" }, { expr: "redis_memory_max_bytes", legend: "bound" }],
        },
        {
          kind: "graph", width: 8, title: "Commands", description: "Those most often given.", unit: "ops", min: 0, stacked: true,
          queries: [{ expr: "topk(5, sum by (cmd) (rate(redis_commands_total[$__rate_interval])))", legend: "{{cmd}}" }],
        },
        {
          kind: "graph", width: 8, title: "Clients", description: "Connections, and those that wait for something to come.", min: 0,
          queries: [{ expr: "redis_connected_clients", legend: "connected" }, { expr: "redis_blocked_clients", legend: "waiting" }],
        },
      ],
    },
    {
      title: "Logs",
      panels: [lines("What PostgreSQL and Redis say", "The newest lines. Statements over half a second are among them.", '{source=~"postgresql|redis"}')],
    },
  ],
});
