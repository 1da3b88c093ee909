import type { Concern, Stack } from "./rule";

/**
 * The last run of a type failed, and nothing has made up for it: for a backup that is not full, any later successful one does, since it
 * may never be repeated; for a full one only another full one does, since all others depend on it.
 */
const failed = "ringo_backup_last_run_success == 0 unless "
  + '(ringo_backup_last_run_timestamp_seconds{type!="full"} < scalar(max(ringo_backup_last_run_timestamp_seconds and ringo_backup_last_run_success == 1)))';

/** Seconds after which a backup is old, and WAL has waited for too long. */
export const bounds = { backupOld: 25 * 3600, walWaits: 300 };

/** Whether lost data can be restored. */
export const backups = ({ patience }: Stack): Concern => ({
  name: "backups",
  alerts: [
    {
      name: "BackupFailed", expr: failed, severity: "critical",
      summary: "the last {{ $labels.type }} backup failed", description: "The previous one is still there.",
    },
    {
      name: "BackupOld", expr: "time() - max(ringo_backup_timestamp_seconds)", above: bounds.backupOld, severity: "critical",
      summary: "the newest backup is {{ $value | humanizeDuration }} old", description: "At least one a day is due.",
    },
    {
      name: "BackupMissing", expr: "absent(ringo_backup_timestamp_seconds) unless on () ringo_backup_repository_reachable == 0", forSeconds: patience(3600), severity: "critical",
      summary: "there is no backup", description: "Or none is reported.",
    },
    {
      name: "BackupDamaged", expr: "ringo_backup_damaged", above: 0, severity: "critical",
      summary: "{{ $value }} backups have a page that failed its checksum", description: "The database's own files may be damaged too.",
    },
    {
      name: "BackupStatusStale", expr: 'time() - node_textfile_mtime_seconds{file=~".*/ringo_backup.prom"}', above: 1800, severity: "warning",
      summary: "the state of the backups has not been checked for {{ $value | humanizeDuration }}", description: "The other alerts about backups cannot fire.",
    },
    {
      name: "BackupStoreUnreachable", expr: "ringo_backup_repository_reachable == 0", forSeconds: patience(900), severity: "warning",
      summary: "S3 does not answer the data machine", description: "WAL waits on the volume, up to a quarter of it.",
    },
    {
      name: "RestoreTestFailed", expr: "ringo_restore_test_success == 0", severity: "critical",
      summary: "the last restore test did not restore everything", description: "A restore today may fail too.",
    },
    {
      name: "RestoreTestOld", expr: "time() - ringo_restore_test_timestamp_seconds", above: 8 * 86400, severity: "warning",
      summary: "the last restore test was {{ $value | humanizeDuration }} ago", description: "It is due every Sunday.",
    },
    {
      // By any data machine within that time, since a new one has made none.
      name: "RestoreTestMissing", expr: "ringo_backup_repository_reachable offset 8d unless on () last_over_time(ringo_restore_test_timestamp_seconds[8d])", severity: "warning",
      summary: "there has been no restore test for eight days", description: "Perhaps there never was one. It is due every Sunday.",
    },
    {
      name: "WalNotArchived", expr: "ringo_postgres_wal_waiting_seconds", above: patience(bounds.walWaits), severity: "critical",
      summary: "WAL has not reached S3 for {{ $value | humanizeDuration }}", description: "If the volume is lost, everything written since is lost; and the volume fills up.",
    },
    {
      name: "WalMissing", expr: "time() - ringo_wal_missing_timestamp_seconds < 86400", severity: "critical",
      summary: "WAL was missing in S3 {{ $value | humanizeDuration }} ago", description: "No restore reaches what was written between then and the next backup, which follows by itself.",
    },
    {
      name: "MediaBackupOld", expr: "time() - max(ringo_media_backup_timestamp_seconds)", above: 3 * 3600, and: "on () ringo_media_backup_expected == 1", severity: "critical",
      summary: "the newest snapshot of the media files is {{ $value | humanizeDuration }} old", description: "One an hour is due. If the volume is lost, everything uploaded since is lost.",
    },
    {
      // The first one is started by the timer, whose hour does not depend on the stack's patience.
      name: "MediaBackupMissing", expr: "ringo_media_backup_expected == 1 unless on () ringo_media_backup_timestamp_seconds", forSeconds: 3 * 3600, severity: "critical",
      summary: "there is no snapshot of the media files", description: "This machine has made none. If the volume is lost, everything uploaded since the machine was created is lost.",
    },
    {
      name: "MediaBackupFailed", expr: "ringo_media_backup_success == 0", forSeconds: patience(3600), severity: "warning",
      summary: "snapshots of the media files fail", description: "The earlier ones are still there.",
    },
  ],
});
