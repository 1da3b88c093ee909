/** For every alert: figures with which it fires, and figures next to them with which it does not. */

/** A series and its values, in promtool's notation: `1+2x5` is 1, 3, 5, 7, 9, 11. One value a minute. */
export type Series = Record<string, string>;

export interface Case {
  /** One after the other, where it fires for more than one reason. */
  fires: Series | Series[];
  /** Nothing of these may make it fire. */
  quiet: Series[];
  /** When its condition begins to hold, in minutes: it fires `for` later, and not a moment before. @default 0 */
  from?: number;
}

const always = (value: number | string): string => `${value}x400`;
const one = (series: string, value: number | string): Series => ({ [series]: always(typeof value === "number" ? `${value}+0` : value) });
const filesystem = (available: number): Series => ({
  'node_filesystem_avail_bytes{machine="data",mountpoint="/srv/data",fstype="xfs"}': always(`${available}+0`),
  'node_filesystem_size_bytes{machine="data",mountpoint="/srv/data",fstype="xfs"}': always("100+0"),
});
const files = ({ free, size }: { free: number; size: number }): Series => ({
  'node_filesystem_files_free{machine="data",mountpoint="/srv/data",fstype="ext4"}': always(`${free}+0`),
  'node_filesystem_files{machine="data",mountpoint="/srv/data",fstype="ext4"}': always(`${size}+0`),
});
const readOnly = (mountpoint: string, fstype: string, is: number): Series => one(`node_filesystem_readonly{machine="data",mountpoint="${mountpoint}",fstype="${fstype}"}`, is);
const memory = (available: number): Series => ({
  'node_memory_MemAvailable_bytes{machine="data"}': always(`${available}+0`), 'node_memory_MemTotal_bytes{machine="data"}': always("100+0"),
});
/** A machine of one processor that is idle for so many seconds of a minute, for so many minutes; `up` is whether it is reached. */
export const processor = (idle: number, minutes = 400, up = `1x${minutes}`): Series => ({
  'up{job="node",machine="data"}': up,
  'node_cpu_seconds_total{machine="data",mode="idle",cpu="0"}': `0+${idle}x${minutes}`,
  'node_cpu_seconds_total{machine="data",mode="user",cpu="0"}': `0+${60 - idle}x${minutes}`,
});
/** Requests a minute, of which some fail. */
const requests = (good: number, bad: number, route = "api"): Series => ({
  [`ringo_edge_requests_total{route="${route}",status="200",answered_by="application"}`]: always(`0+${good}`),
  [`ringo_edge_requests_total{route="${route}",status="500",answered_by="application"}`]: always(`0+${bad}`),
});
/** A hundred requests a minute, so many of them slower than the bounds. */
const latency = (slowerThan200ms: number, slowerThan1s: number): Series => ({
  ...requests(100, 0),
  'ringo_edge_request_seconds_bucket{route="api",le="0.2"}': always(`0+${100 - slowerThan200ms}`),
  'ringo_edge_request_seconds_bucket{route="api",le="1"}': always(`0+${100 - slowerThan1s}`),
  'ringo_edge_request_seconds_bucket{route="api",le="5"}': always("0+100"),
  'ringo_edge_request_seconds_bucket{route="api",le="+Inf"}': always("0+100"),
});
const tasks = (succeeded: number, failed: number): Series => ({
  'ringo_celery_tasks_total{task="orders.process",outcome="succeeded"}': always(`0+${succeeded}`),
  'ringo_celery_tasks_total{task="orders.process",outcome="failed"}': always(`0+${failed}`),
});
const connections = (used: number): Series => ({ ...one("ringo_postgres_connections_used", used), ...one("ringo_postgres_connections_allowed", 100) });
const redisMemory = (used: number): Series => ({ ...one("redis_memory_used_bytes", used), ...one("redis_memory_max_bytes", 100) });
const statements = (secondsAMinute: number): Series => ({
  ...one('pg_stat_statements_seconds_total{queryid="7"}', `0+${secondsAMinute}`), ...one('pg_stat_statements_calls_total{queryid="7"}', "0+10"),
});
/** mtail answers, and so does nginx, to the monitor itself. */
const uncounted = { ...one('up{job="edge",machine="edge"}', 1), ...one('probe_success{job="probe",machine="edge"}', 1) };
/** How the last run of each type ended, and when. */
const lastRuns = (of: Record<string, [success: number, at: number]>): Series => Object.fromEntries(Object.entries(of).flatMap(([type, [success, at]]) => [
  [`ringo_backup_last_run_success{machine="data",type="${type}"}`, always(`${success}+0`)], [`ringo_backup_last_run_timestamp_seconds{machine="data",type="${type}"}`, always(`${at}+0`)],
]));
/** The time of the tests begins at 0, so what is old is before it. */
const ago = (seconds: number): number => -seconds;

export const cases: Record<string, Case> = {
  MachineDown: { fires: one('up{job="node",machine="data"}', 0), quiet: [one('up{job="node",machine="data"}', 1), one('up{job="redis",machine="data"}', 0)] },
  ExporterDown: {
    fires: { ...one('up{job="redis",machine="data"}', 0), ...one('up{job="node",machine="data"}', 1) },
    quiet: [{ ...one('up{job="redis",machine="data"}', 0), ...one('up{job="node",machine="data"}', 0) }, ...["django", "loki", "grafana"].map((job) => ({ ...one(`up{job="${job}",machine="x"}`, 0), ...one('up{job="node",machine="x"}', 1) }))],
  },
  FactsStale: {
    fires: [one('node_textfile_mtime_seconds{machine="data",file="/x/ringo_facts.prom"}', ago(90)), one('up{job="node",machine="data"}', 1)],
    quiet: [one('up{job="node",machine="data"}', 0), { ...one('up{job="node",machine="data"}', 1), ...one('node_textfile_mtime_seconds{machine="data",file="/x/ringo_facts.prom"}', "0+60") }, one('node_textfile_mtime_seconds{machine="data",file="/x/ringo_facts.prom"}', "0+60"), one('node_textfile_mtime_seconds{file="/x/ringo_backup_full.prom"}', ago(1e6))],
  },
  DiskFilling: { fires: filesystem(19), quiet: [filesystem(21)] },
  DiskNearlyFull: { fires: filesystem(9), quiet: [filesystem(11)] },
  DiskFullWithinADay: {
    fires: {
      'node_filesystem_avail_bytes{machine="data",mountpoint="/",fstype="xfs"}': "40-0.1x400", 'node_filesystem_size_bytes{machine="data",mountpoint="/",fstype="xfs"}': always("100+0"),
    },
    quiet: [filesystem(40), {
      // What has just been installed says nothing of tomorrow.
      'node_filesystem_avail_bytes{machine="data",mountpoint="/",fstype="xfs"}': "_x120 40-0.1x280", 'node_filesystem_size_bytes{machine="data",mountpoint="/",fstype="xfs"}': always("100+0"),
    }, {
      'node_filesystem_avail_bytes{machine="data",mountpoint="/",fstype="xfs"}': "95-0.1x400", 'node_filesystem_size_bytes{machine="data",mountpoint="/",fstype="xfs"}': always("100+0"),
    }],
    from: 180,
  },
  DiskFilesNearlyOut: {
    fires: files({ free: 9, size: 100 }),
    // Some file systems make room for files as they are asked for, and count none.
    quiet: [files({ free: 11, size: 100 }), files({ free: 0, size: 0 })],
  },
  DiskReadOnly: { fires: readOnly("/srv/data", "xfs", 1), quiet: [readOnly("/srv/data", "xfs", 0), readOnly("/snap/core", "squashfs", 1)] },
  MemoryLow: { fires: memory(9), quiet: [memory(11)] },
  MemoryNearlyOut: { fires: memory(4), quiet: [memory(6)] },
  MemoryRanOut: { fires: one('node_vmstat_oom_kill{machine="data"}', "0+1"), quiet: [one('node_vmstat_oom_kill{machine="data"}', 7)], from: 1 },
  ProcessorBusy: { fires: processor(2.4), quiet: [processor(3.6)], from: 1 },
  ClockOff: { fires: one('node_time_seconds{machine="data"}', "6+60"), quiet: [one('node_time_seconds{machine="data"}', "4+60"), one('node_time_seconds{machine="data"}', "-4+60")] },
  ClockUnsynchronised: {
    fires: { ...one('node_timex_sync_status{machine="data"}', 0), ...one('node_systemd_unit_state{machine="data",name="systemd-timesyncd.service",state="active"}', 1) },
    quiet: [one('node_timex_sync_status{machine="data"}', 0), { ...one('node_timex_sync_status{machine="data"}', 0), ...one('node_systemd_unit_state{machine="data",name="systemd-timesyncd.service",state="active"}', 0) }],
  },
  MachineCrashed: { fires: one('ringo_crash_timestamp_seconds{machine="data"}', 0), quiet: [{}, one('ringo_crash_timestamp_seconds{machine="data"}', ago(3601))] },
  UnitFailed: { fires: one('node_systemd_unit_state{machine="data",name="x.service",state="failed"}', 1), quiet: [one('node_systemd_unit_state{machine="data",name="x.service",state="failed"}', 0)] },
  UnitRestarting: { fires: one('node_systemd_service_restart_total{machine="data",name="x.service"}', "0+1"), quiet: [one('node_systemd_service_restart_total{machine="data",name="x.service"}', 40), { 'node_systemd_service_restart_total{machine="data",name="x.service"}': "0x20 5x380" }], from: 6 },
  UpdatesOld: { fires: one("ringo_updated_timestamp_seconds", ago(3.1 * 86_400)), quiet: [one("ringo_updated_timestamp_seconds", ago(2.9 * 86_400))] },
  OperatorLogin: { fires: one('ringo_ssh_logins_total{key="operator"}', "0+1"), quiet: [one('ringo_ssh_logins_total{key="deployer"}', "0+1"), one('ringo_ssh_logins_total{key="operator"}', 5)], from: 1 },
  UnknownLogin: { fires: one('ringo_ssh_logins_total{key="unknown"}', "0+1"), quiet: [one('ringo_ssh_logins_total{key="service"}', "0+1")], from: 1 },
  LoginsRefused: { fires: one("ringo_ssh_refused_total", "0+11"), quiet: [one("ringo_ssh_refused_total", "0+9")], from: 10 },
  WafBlocking: {
    fires: one('ringo_edge_requests_total{status="403",answered_by="edge"}', "0+66"),
    quiet: [one('ringo_edge_requests_total{status="403",answered_by="edge"}', "0+54"), one('ringo_edge_requests_total{status="403",answered_by="application"}', "0+600")], from: 5,
  },
  ApiSlow: { fires: latency(6, 0), quiet: [latency(4, 0)], from: 1 },
  ApiVerySlow: { fires: latency(6, 6), quiet: [latency(6, 4)], from: 1 },
  ApiErrors: { fires: requests(94, 6), quiet: [requests(96, 4), requests(0, 1)], from: 1 },
  ApiManyErrors: { fires: requests(89, 11), quiet: [requests(91, 9)], from: 1 },
  FileErrors: { fires: requests(94, 6, "files"), quiet: [requests(96, 4, "files"), requests(0, 1, "files"), { ...requests(100, 0, "files"), ...requests(0, 100) }], from: 1 },
  ApiProcessDown: {
    fires: { ...one('up{job="django",machine="api-0"}', 0), ...one('up{job="node",machine="api-0"}', 1) },
    quiet: [{ ...one('up{job="django",machine="api-0"}', 0), ...one('up{job="node",machine="api-0"}', 0) }],
  },
  ApiDown: {
    fires: { ...one('up{job="django",machine="api-0"}', 0), ...one('up{job="django",machine="api-1"}', 0) },
    quiet: [{ ...one('up{job="django",machine="api-0"}', 0), ...one('up{job="django",machine="api-1"}', 1) }],
  },
  PublicUrlDown: { fires: one('probe_success{job="probe"}', 0), quiet: [one('probe_success{job="probe"}', 1), one('probe_success{job="certificate"}', 0)] },
  EdgeDown: { fires: [one("nginx_up", 0), one('probe_success{job="certificate"}', 0)], quiet: [{ ...one("nginx_up", 1), ...one('probe_success{job="certificate"}', 1) }, one('probe_success{job="probe"}', 0)] },
  RequestsUncounted: {
    fires: [{ ...uncounted, ...one('ringo_edge_requests_total{machine="edge",route="api"}', 7) }, uncounted],
    quiet: [
      { ...uncounted, ...one('ringo_edge_requests_total{machine="edge",route="health"}', "0+2") }, { ...uncounted, ...one('ringo_edge_requests_total{machine="edge",route="api"}', 7), ...one('ringo_edge_requests_total{machine="edge",route="health"}', "0+2") },
      // nginx has nothing to count, or mtail has an alert of its own.
      { ...uncounted, ...one('probe_success{job="probe",machine="edge"}', 0) }, { ...uncounted, ...one('up{job="edge",machine="edge"}', 0) },
    ],
  },
  CertificateExpiring: {
    fires: one('probe_ssl_earliest_cert_expiry{job="certificate"}', 9 * 86_400),
    // A certificate of 45 days is renewed when 15 are left. Once, though two probes see it.
    quiet: [one('probe_ssl_earliest_cert_expiry{job="certificate"}', 14 * 86_400), one('probe_ssl_earliest_cert_expiry{job="certificate"}', 11 * 86_400), one('probe_ssl_earliest_cert_expiry{job="probe"}', 9 * 86_400)],
  },
  CertificateEnding: { fires: one('probe_ssl_earliest_cert_expiry{job="certificate"}', 2 * 86_400), quiet: [one('probe_ssl_earliest_cert_expiry{job="certificate"}', 4 * 86_400)] },
  // 0.5 % may fail: 14.4, 6, 3 times and once that.
  ErrorBudgetBurningFast: { fires: requests(9200, 800), quiet: [requests(9300, 700), requests(0, 0)], from: 1 },
  ErrorBudgetBurning: { fires: requests(9650, 350), quiet: [requests(9750, 250)], from: 1 },
  ErrorBudgetBurningSlowly: { fires: requests(9800, 200), quiet: [requests(9860, 140)], from: 1 },
  ErrorBudgetAtRisk: { fires: requests(9930, 70), quiet: [requests(9960, 40)], from: 1 },
  QueueLong: { fires: one('ringo_celery_queue_length{queue="orders"}', 1001), quiet: [one('ringo_celery_queue_length{queue="orders"}', 1000)] },
  QueueVeryLong: { fires: one('ringo_celery_queue_length{queue="orders"}', 5001), quiet: [one('ringo_celery_queue_length{queue="orders"}', 5000)] },
  QueueStuck: { fires: one('ringo_celery_queue_oldest_seconds{queue="orders"}', 301), quiet: [one('ringo_celery_queue_oldest_seconds{queue="orders"}', 299)] },
  TaskFailures: { fires: tasks(88, 12), quiet: [tasks(92, 8), tasks(0, 0.5)], from: 1 },
  TaskManyFailures: { fires: tasks(70, 30), quiet: [tasks(80, 20)], from: 1 },
  TaskFailed: {
    // Each night, for days.
    fires: one('ringo_celery_task_last_success{task="orders.process"}', 0),
    quiet: [
      one('ringo_celery_task_last_success{task="orders.process"}', 1),
      { 'ringo_celery_task_last_success{task="orders.process"}': "0x8 1x400" },
      { ...one('ringo_celery_task_last_success{task="orders.process"}', 0), ...tasks(2, 0.1) }, // often: judged by its share
    ],
  },
  TaskLong: { fires: one('ringo_celery_longest_running_seconds{task="x"}', 301), quiet: [one('ringo_celery_longest_running_seconds{task="x"}', 299)] },
  TasksLost: { fires: one('ringo_celery_tasks_total{task="x",outcome="lost"}', "0+1"), quiet: [one('ringo_celery_tasks_total{task="x",outcome="lost"}', 3), tasks(1, 1)], from: 1 },
  WorkerDown: { fires: one('ringo_celery_worker_up{worker="worker@worker-0"}', 0), quiet: [one('ringo_celery_worker_up{worker="worker@worker-0"}', 1)] },
  NoWorkers: {
    fires: one('ringo_celery_worker_up{worker="worker@worker-0"}', 0),
    quiet: [{ ...one('ringo_celery_worker_up{worker="worker@worker-0"}', 0), ...one('ringo_celery_worker_up{worker="worker@worker-1"}', 1) }],
  },
  PoolTooSmall: {
    fires: { ...one('ringo_backend_children{command="worker",machine="worker-0"}', 1), ...one('ringo_backend_processes{command="worker",machine="worker-0"}', 1) },
    quiet: [
      { ...one('ringo_backend_children{command="worker",machine="worker-0"}', 2), ...one('ringo_backend_processes{command="worker",machine="worker-0"}', 1) },
      { ...one('ringo_backend_children{command="worker",machine="api-0"}', 0), ...one('ringo_backend_processes{command="worker",machine="api-0"}', 0) },
    ],
  },
  PoolTooLarge: { fires: one('ringo_backend_children{command="worker"}', 11), quiet: [one('ringo_backend_children{command="worker"}', 10), one('ringo_backend_children{command="api"}', 11)] },
  BrokerUnreachable: { fires: { ...one("ringo_celery_broker_up", 0), ...one("redis_up", 1) }, quiet: [{ ...one("ringo_celery_broker_up", 0), ...one("redis_up", 0) }] },
  BeatMissing: {
    fires: [
      one('ringo_backend_processes{command="beat",machine="worker-0",role="worker"}', 0),
      { ...one('ringo_backend_processes{command="beat",machine="worker-0",role="worker"}', 0), ...one('ringo_backend_processes{command="beat",machine="api-0",role="api"}', 1) },
      one('ringo_backend_processes{command="beat",machine="api-0",role="api"}', 0),
    ],
    quiet: [{ ...one('ringo_backend_processes{command="beat",machine="worker-0",role="worker"}', 1), ...one('ringo_backend_processes{command="beat",machine="worker-1",role="worker"}', 0) }],
  },
  BeatTwice: {
    fires: { ...one('ringo_backend_processes{command="beat",machine="worker-0"}', 1), ...one('ringo_backend_processes{command="beat",machine="worker-1"}', 1) },
    quiet: [one('ringo_backend_processes{command="beat",machine="worker-0"}', 1)],
  },
  BeatStuck: { fires: one("ringo_beat_woken_timestamp_seconds", ago(601)), quiet: [one("ringo_beat_woken_timestamp_seconds", "0+60")] },
  PostgresDown: { fires: one("pg_up", 0), quiet: [one("pg_up", 1)] },
  PostgresConnectionsHigh: { fires: connections(81), quiet: [connections(80)] },
  PostgresConnectionsNearlyOut: { fires: connections(96), quiet: [connections(95)] },
  SlowStatements: { fires: statements(11), quiet: [statements(9), { ...one('pg_stat_statements_seconds_total{queryid="7"}', "0+11"), ...one('pg_stat_statements_calls_total{queryid="7"}', "0+1") }], from: 1 },
  LongTransaction: { fires: one("pg_long_running_transactions_oldest_timestamp_seconds", 1801), quiet: [one("pg_long_running_transactions_oldest_timestamp_seconds", 1799)] },
  Deadlocks: { fires: one('pg_stat_database_deadlocks{datname="ringo"}', "0+1"), quiet: [one('pg_stat_database_deadlocks{datname="ringo"}', "0+0.4")], from: 6 },
  TablesBloated: {
    fires: { ...one("ringo_postgres_tables_dead_rows", 40_000), ...one("ringo_postgres_tables_live_rows", 61_000) },
    quiet: [
      { ...one("ringo_postgres_tables_dead_rows", 30_000), ...one("ringo_postgres_tables_live_rows", 71_000) },
      { ...one("ringo_postgres_tables_dead_rows", 900), ...one("ringo_postgres_tables_live_rows", 100) },
    ],
  },
  ReplicationSlotIdle: { fires: one('pg_replication_slot_slot_is_active{slot_name="x"}', 0), quiet: [one('pg_replication_slot_slot_is_active{slot_name="x"}', 1)] },
  RedisDown: { fires: one("redis_up", 0), quiet: [one("redis_up", 1)] },
  RedisMemoryHigh: { fires: redisMemory(81), quiet: [redisMemory(79), { ...one("redis_memory_used_bytes", 81), ...one("redis_memory_max_bytes", 0) }] },
  QueueingHeldBack: { fires: one("ringo_queueing_held_back", 1), quiet: [one("ringo_queueing_held_back", 0)] },
  RedisMemoryNearlyOut: { fires: redisMemory(96), quiet: [redisMemory(94)] },
  RedisNotPersisting: {
    fires: [one("redis_aof_last_write_status", 0), one("redis_aof_last_bgrewrite_status", 0), one("redis_rdb_last_bgsave_status", 0)],
    quiet: [{ ...one("redis_aof_last_write_status", 1), ...one("redis_aof_last_bgrewrite_status", 1), ...one("redis_rdb_last_bgsave_status", 1) }],
  },
  BackupFailed: {
    fires: [
      lastRuns({ incr: [0, 3] }),
      lastRuns({ full: [1, 1], diff: [1, 2], incr: [0, 3] }),
      lastRuns({ full: [1, 1], diff: [0, 2], incr: [0, 3] }),
      lastRuns({ full: [0, 1], diff: [1, 2], incr: [1, 3] }), // the next ones lean on an ever older full one
    ],
    quiet: [
      lastRuns({ incr: [1, 3] }),
      lastRuns({ full: [1, 1], diff: [0, 2], incr: [1, 3] }),
      lastRuns({ full: [1, 3], diff: [0, 2], incr: [0, 1] }),
      lastRuns({ full: [1, 1], diff: [1, 3], incr: [0, 2] }),
    ],
  },
  BackupOld: {
    fires: { ...one('ringo_backup_timestamp_seconds{type="full"}', ago(26 * 3600)), ...one('ringo_backup_timestamp_seconds{type="incr"}', ago(25.1 * 3600)) },
    quiet: [{ ...one('ringo_backup_timestamp_seconds{type="full"}', ago(48 * 3600)), ...one('ringo_backup_timestamp_seconds{type="incr"}', 0) }],
  },
  BackupMissing: { fires: {}, quiet: [one("ringo_backup_repository_reachable", 0), one('ringo_backup_timestamp_seconds{type="full"}', 0)] },
  BackupDamaged: { fires: one("ringo_backup_damaged", 1), quiet: [one("ringo_backup_damaged", 0)] },
  BackupStatusStale: {
    fires: one('node_textfile_mtime_seconds{file="/x/ringo_backup.prom"}', ago(1900)),
    quiet: [one('node_textfile_mtime_seconds{file="/x/ringo_backup.prom"}', "0+60"), one('node_textfile_mtime_seconds{file="/x/ringo_backup_full.prom"}', ago(1900))],
  },
  BackupStoreUnreachable: { fires: one("ringo_backup_repository_reachable", 0), quiet: [one("ringo_backup_repository_reachable", 1)] },
  RestoreTestFailed: { fires: one("ringo_restore_test_success", 0), quiet: [one("ringo_restore_test_success", 1)] },
  RestoreTestOld: { fires: one("ringo_restore_test_timestamp_seconds", ago(8.1 * 86_400)), quiet: [one("ringo_restore_test_timestamp_seconds", ago(7 * 86_400))] },
  RestoreTestMissing: {
    fires: { ringo_backup_repository_reachable: "1x12000" },
    // A machine that was made anew has made none, where the one before it had.
    quiet: [{}, { ringo_backup_repository_reachable: "_x5000 1x7000" }, { ringo_backup_repository_reachable: "1x12000", ringo_restore_test_timestamp_seconds: "_x8000 5" }], from: 8 * 1440,
  },
  WalNotArchived: { fires: one("ringo_postgres_wal_waiting_seconds", 301), quiet: [one("ringo_postgres_wal_waiting_seconds", 299)] },
  WalMissing: { fires: one("ringo_wal_missing_timestamp_seconds", ago(3600)), quiet: [one("ringo_wal_missing_timestamp_seconds", ago(2 * 86_400))] },
  MediaBackupOld: {
    fires: { ...one("ringo_media_backup_timestamp_seconds", ago(3.1 * 3600)), ...one("ringo_media_backup_expected", 1) },
    quiet: [
      { ...one("ringo_media_backup_timestamp_seconds", ago(2.5 * 3600)), ...one("ringo_media_backup_expected", 1) },
      { ...one("ringo_media_backup_timestamp_seconds", ago(1e6)), ...one("ringo_media_backup_expected", 0) }, // as it was left when they were backed up no longer
    ],
  },
  MediaBackupMissing: {
    fires: one("ringo_media_backup_expected", 1),
    quiet: [{}, one("ringo_media_backup_expected", 0), { ...one("ringo_media_backup_expected", 1), "ringo_media_backup_timestamp_seconds": "_x70 4200x330" }],
  },
  MediaBackupFailed: { fires: one("ringo_media_backup_success", 0), quiet: [one("ringo_media_backup_success", 1)] },
  GrafanaDown: { fires: one('up{job="grafana"}', 0), quiet: [one('up{job="grafana"}', 1), one('up{job="loki"}', 0)] },
  LogStoreDown: { fires: one('up{job="loki"}', 0), quiet: [one('up{job="loki"}', 1), one('up{job="celery"}', 0)] },
  LogsRejected: { fires: one('loki_discarded_samples_total{reason="rate_limited"}', "0+1"), quiet: [one('loki_discarded_samples_total{reason="rate_limited"}', 4)], from: 1 },
  LogsCutShort: {
    fires: { ...one("ringo_logs_kept_seconds", 86_400), ...one("ringo_logs_wanted_seconds", 7_776_000) },
    quiet: [{ ...one("ringo_logs_kept_seconds", 7_776_000), ...one("ringo_logs_wanted_seconds", 7_776_000) }],
  },
  // Where nothing is read any more, as with a full disk, figures end.
  Watchdog: { fires: one('up{job="prometheus",machine="monitor"}', 1), quiet: [{}, one('up{job="node",machine="monitor"}', 1), { 'up{job="prometheus",machine="monitor"}': "1x10" }] },
  ConfigurationRejected: { fires: ["prometheus", "alertmanager"].map((job) => one(`${job}_config_last_reload_successful{job="${job}"}`, 0)), quiet: [one('prometheus_config_last_reload_successful{job="prometheus"}', 1)] },
  RulesFailing: { fires: one("prometheus_rule_evaluation_failures_total", "0+1"), quiet: [one("prometheus_rule_evaluation_failures_total", 4)], from: 1 },
  AlertsNotDelivered: { fires: one('alertmanager_notifications_failed_total{integration="webhook"}', "0+1"), quiet: [one('alertmanager_notifications_failed_total{integration="webhook"}', "0+0x20 4+0")], from: 1 },
  MonitorDroppingAlerts: { fires: one("prometheus_notifications_dropped_total", "0+1"), quiet: [one("prometheus_notifications_dropped_total", "0+0x20 4+0")], from: 1 },
};
