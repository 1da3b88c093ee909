"""How backups and the WAL archive are doing, as metrics."""
import time

from backup import course, metrics, repository, wal
from backup.shell import Failure, must, running, say


def ended(kind, start, success):
    """How the last run of this kind of backup ended; kept until the next."""
    end = time.time()
    labels = {"type": kind}
    metrics.write(f"ringo_backup_{kind}", [
        ("ringo_backup_last_run_success", "1 if the last run of this type succeeded.", "gauge", labels, int(success)),
        ("ringo_backup_last_run_timestamp_seconds", "When the last run of this type ended.", "gauge", labels, round(end)),
        ("ringo_backup_last_run_duration_seconds", "How long the last run of this type took.", "gauge", labels, round(end - start, 1)),
    ])


def run(settings, _arguments):
    known = [_media(settings), *_wal(settings)]
    try:
        info = repository.info(settings)
        # While the server is down, the WAL that it has yet to archive is missing.
        broken = running() and course.broken(settings, info)
    except Failure as failure:
        say(str(failure))
        metrics.write("ringo_backup", [_reachable(0), *known])
        return 1
    metrics.write("ringo_backup", [_reachable(1), *_backups(info), *known])
    if broken:
        # In a file of its own, which stays: the backup may be finished before anybody looks.
        metrics.write("ringo_wal_missing", [("ringo_wal_missing_timestamp_seconds", "When WAL leading to the newest state was last found missing in S3.", "gauge", {}, round(time.time()))])
        say(f"{broken}. Making a backup, which does not need that WAL")
        must(["systemctl", "start", "--no-block", "ringo-backup@incr.service"])
    return 0


def _reachable(value):
    return ("ringo_backup_repository_reachable", "1 if the backups could be listed.", "gauge", {}, value)


def _media(settings):
    """Before the first snapshot nothing else is known, and the metrics of the last one stay when backups are switched off."""
    return ("ringo_media_backup_expected", "1 if the media files are backed up here.", "gauge", {}, int(settings.media is not None))


def _backups(info):
    newest = {backup.type: backup for backup in info.usable}
    figures = []
    for kind, backup in sorted(newest.items()):
        labels = {"type": kind}
        figures += [
            ("ringo_backup_timestamp_seconds", "When the newest good backup of this type ended.", "gauge", labels, int(backup.stop.timestamp())),
            ("ringo_backup_database_bytes", "Size of the database in the newest backup of this type.", "gauge", labels, backup.database_bytes),
            ("ringo_backup_repository_bytes", "Size of the newest backup of this type in S3.", "gauge", labels, backup.repository_bytes),
        ]
    stops = [backup.stop.timestamp() for backup in info.usable]
    figures.sort(key=lambda figure: figure[0])
    return figures + [
        ("ringo_backup_count", "Backups that can be restored.", "gauge", {}, len(info.usable)),
        ("ringo_backup_damaged", "Backups with a page that failed its checksum.", "gauge", {}, len(info.backups) - len(info.usable)),
        ("ringo_backup_window_start_timestamp_seconds", "The earliest time that can be restored.", "gauge", {}, int(min(stops)) if stops else None),
    ]


def _wal(settings):
    """From PostgreSQL itself: it knows what was never archived, whatever S3 says."""
    try:
        archived, failed = wal.archiver()
    except Failure:
        archived, failed = None, None
    waiting = wal.waits(settings)
    return [
        ("ringo_wal_archived_timestamp_seconds", "When the last WAL segment reached S3.", "gauge", {}, archived),
        ("ringo_wal_archive_failures_total", "Attempts to archive a WAL segment that failed.", "counter", {}, failed),
        ("ringo_wal_waiting_segments", "WAL segments that have not reached S3.", "gauge", {}, len(waiting)),
        ("ringo_wal_waiting_seconds", "How long the oldest of them has waited.", "gauge", {}, max(waiting, default=0)),
    ]
