import type { Concern, Stack } from "./rule";

/** PostgreSQL and Redis. */
export const data = ({ patience }: Stack): Concern => {
  const connections = "ringo_postgres_connections_used / ringo_postgres_connections_allowed";
  const memory = "redis_memory_used_bytes / (redis_memory_max_bytes > 0)";
  return {
    name: "data",
    alerts: [
      {
        name: "PostgresDown", expr: "pg_up == 0", forSeconds: patience(30), severity: "critical",
        summary: "PostgreSQL on {{ $labels.machine }} does not answer", description: "Nearly every request fails.",
      },
      {
        name: "PostgresConnectionsHigh", expr: connections, above: 0.8, forSeconds: patience(120), severity: "warning",
        summary: "{{ $value | humanizePercentage }} of PostgreSQL's connections are in use", description: "There are more processes than before, or connections are not released.",
      },
      {
        name: "PostgresConnectionsNearlyOut", expr: connections, above: 0.95, forSeconds: patience(60), severity: "critical",
        summary: "{{ $value | humanizePercentage }} of PostgreSQL's connections are in use", description: "The next process gets no connection, and its requests fail.",
      },
      {
        name: "SlowStatements", severity: "warning", forSeconds: patience(300),
        expr: "rate(pg_stat_statements_seconds_total[5m]) / (rate(pg_stat_statements_calls_total[5m]) > 0.02)", above: 1,
        summary: "statement {{ $labels.queryid }} takes {{ $value | humanizeDuration }}", description: "On average over five minutes: an index is missing, or a plan has changed.",
      },
      {
        name: "LongTransaction", expr: "max by (machine) (pg_long_running_transactions_oldest_timestamp_seconds)", above: 1800, severity: "warning",
        summary: "a transaction has been open for {{ $value | humanizeDuration }}", description: "It holds its locks, and dead rows cannot be removed until it ends.",
      },
      {
        name: "Deadlocks", expr: "sum by (machine, datname) (increase(pg_stat_database_deadlocks[10m]))", above: 5, severity: "warning",
        summary: "{{ $value | humanize }} deadlocks in {{ $labels.datname }} within ten minutes", description: "Requests or tasks lock the same rows in different orders.",
      },
      {
        name: "TablesBloated", severity: "warning", forSeconds: patience(3600),
        expr: "ringo_postgres_tables_dead_rows / (ringo_postgres_tables_dead_rows + ringo_postgres_tables_live_rows > 100000)", above: 0.3,
        summary: "{{ $value | humanizePercentage }} of all rows are dead", description: "Autovacuum does not keep up, or a transaction or replication slot holds it back.",
      },
      {
        name: "ReplicationSlotIdle", expr: "pg_replication_slot_slot_is_active == 0", forSeconds: patience(900), severity: "warning",
        summary: "nobody reads replication slot {{ $labels.slot_name }}", description: "It keeps WAL until the volume is full.",
      },
      {
        name: "RedisDown", expr: "redis_up == 0", forSeconds: patience(30), severity: "critical",
        summary: "Redis on {{ $labels.machine }} does not answer", description: "No task is queued or processed, and requests that queue one are answered 500.",
      },
      {
        name: "RedisMemoryHigh", expr: memory, above: 0.8, forSeconds: patience(120), severity: "warning",
        summary: "Redis has used {{ $value | humanizePercentage }} of its memory", description: "From 85 % on what queues a task is refused, so that workers can still work: nothing is ever evicted.",
      },
      {
        name: "QueueingHeldBack", expr: "ringo_queueing_held_back == 1", severity: "critical",
        summary: "what queues a task is refused", description: "Redis has used 85 % of its memory, and the rest is the workers': until less than 80 % is used again, requests that queue a task fail, and no periodic task is sent.",
      },
      {
        name: "RedisMemoryNearlyOut", expr: memory, above: 0.95, forSeconds: patience(30), severity: "critical",
        summary: "Redis has used {{ $value | humanizePercentage }} of its memory", description: "Queueing is held back, and yet it fills: by results, or tasks that queue tasks. When it is full workers stop, too, and queues never shrink by themselves.",
      },
      {
        name: "RedisNotPersisting", forSeconds: patience(60), severity: "critical",
        expr: "redis_aof_last_write_status == 0 or redis_aof_last_bgrewrite_status == 0 or redis_rdb_last_bgsave_status == 0",
        summary: "Redis cannot write its append-only file, or a snapshot", description: "If it is the file, a restart loses what is queued, and Redis refuses writes until it can.",
      },
    ],
  };
};
