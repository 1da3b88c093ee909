import { lines, never, noneIsWell, upOrDown, type Dashboard, type Known } from "./view";

/** Whether lost data can be restored. */
export const backups = ({ figure }: Known): Dashboard => ({
  uid: "ringo-backups",
  title: "Ringo: backups",
  description: "Whether what is lost can be brought back, to when, and whether that was tried.",
  rows: [
    {
      title: "Now",
      panels: [
        {
          kind: "number", width: 4, title: "Newest backup", description: "How old it is.", unit: "s", alerts: ["BackupOld", "BackupMissing"], texts: never,
          queries: [{ expr: `${figure("BackupOld")} or vector(-1)` }],
        },
        {
          kind: "number", width: 4, title: "Can go back", description: "To when the oldest backup ended.", unit: "s", steps: [{ from: null, color: "blue" }], texts: never,
          queries: [{ expr: "time() - min(ringo_backup_window_start_timestamp_seconds) or vector(-1)" }],
        },
        {
          kind: "number", width: 4, title: "WAL has waited", description: "What was written since is lost with the volume.", unit: "s", trend: true, alerts: ["WalNotArchived"],
          queries: [{ expr: figure("WalNotArchived") }],
        },
        {
          kind: "number", width: 4, title: "Last restore test", description: "How long ago. It is due every Sunday.", unit: "s", alerts: ["RestoreTestOld", "RestoreTestFailed"], texts: never,
          queries: [{ expr: `max(${figure("RestoreTestOld")}) or vector(-1)` }],
        },
        {
          kind: "number", width: 4, title: "S3", description: "Whether the backups can be listed.", alerts: ["BackupStoreUnreachable"], ...upOrDown, queries: [{ expr: "ringo_backup_repository_reachable" }],
        },
        {
          kind: "number", width: 4, title: "Damaged backups", description: "With a page that failed its checksum.", alerts: ["BackupDamaged"],
          queries: [{ expr: figure("BackupDamaged") }],
        },
        {
          kind: "number", width: 6, title: "Backups that can be restored", description: "Full and incremental.", steps: [{ from: null, color: "red" }, { from: 1, color: "green" }],
          queries: [{ expr: "ringo_backup_count" }],
        },
        {
          kind: "number", width: 6, title: "Last run", description: "Of each kind.", alerts: ["BackupFailed"], steps: upOrDown.steps,
          texts: { 0: { text: "failed", color: "red" }, 1: { text: "well", color: "green" } }, queries: [{ expr: "ringo_backup_last_run_success", legend: "{{type}}" }],
        },
        {
          kind: "number", width: 6, title: "Media files", description: "How long ago the newest snapshot was made. It is due every hour.", unit: "s", alerts: ["MediaBackupOld", "MediaBackupMissing", "MediaBackupFailed"], texts: never,
          queries: [{ expr: `${figure("MediaBackupOld")} or vector(-1)` }],
        },
        {
          kind: "number", width: 6, title: "WAL missing within a day", description: "No restore reaches what was written between it and the backup that followed.", alerts: ["WalMissing"],
          steps: noneIsWell("red"), queries: [{ expr: `count(${figure("WalMissing")}) or vector(0)` }],
        },
      ],
    },
    {
      title: "WAL",
      panels: [
        {
          kind: "graph", width: 12, title: "Segments that wait", description: "They stay on the volume until S3 has them.", min: 0,
          queries: [{ expr: "ringo_postgres_wal_waiting_segments", legend: "waiting" }],
        },
        {
          kind: "graph", width: 12, title: "Segments that were archived", description: "And attempts that failed. One a minute at least.", unit: "ops", min: 0,
          queries: [
            { expr: "rate(pg_stat_archiver_archived_count[5m])", legend: "archived" },
            { expr: "rate(pg_stat_archiver_failed_count[5m])", legend: "failed" },
          ],
        },
      ],
    },
    {
      title: "Backups",
      panels: [
        {
          kind: "graph", width: 12, title: "Size", description: "Of the newest backup of each kind in S3, and of the database.", unit: "bytes", min: 0,
          queries: [
            { expr: "ringo_backup_repository_bytes", legend: "{{type}} in S3" },
            { expr: "max(ringo_backup_database_bytes)", legend: "database" },
          ],
        },
        {
          kind: "graph", width: 12, title: "How long they take", description: "The last run of each kind.", unit: "s", min: 0,
          queries: [{ expr: "ringo_backup_last_run_duration_seconds", legend: "{{type}}" }],
        },
        lines("What backups and restore tests say", "The newest lines.", '{source="backup"}'),
      ],
    },
  ],
});
