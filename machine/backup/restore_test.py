"""The restore test: restores what is in S3 beside the database, checks it, and throws it away."""
import time

from backup import counts, files, lock, metrics, plan as planning, server, times
from backup.instance import Instance, PORT
from backup.shell import NAMES, Failure, must, running, say


def run(settings, arguments):
    began = time.time()
    figures = {}
    try:
        with lock.held("a restore test"):
            _test(settings, arguments, figures)
    except Exception:
        _report(began, 0, figures)
        raise
    _report(began, 1, figures)
    say(f"the backups can be restored ({time.time() - began:.1f} s)")
    return 0


def _test(settings, arguments, figures):
    live = counts.rows(settings.databases) if running() else None
    if running():
        server.settle()
        server.archived(settings)
    # Having no backup is a failure, too: a test that finds nothing has tested nothing.
    planned = planning.make(settings, arguments)
    if planned.gap:
        raise Failure(f"{planned.gap}. A new backup (`ringo-backup backup full`) does not need that WAL")
    figures["bytes"] = planned.backup.database_bytes
    instance = Instance(settings, planned)
    try:
        files.fill(settings, planned)
        instance.start("promote")
        instance.recovered(paused=False)
        newest = instance.newest()
        server.align(instance.socket, PORT)
        figures["age"] = None if newest is None else round((times.now() - newest).total_seconds())
        restored = counts.rows(settings.databases, instance.socket, PORT)
        figures["rows"] = sum(count for count, _ in restored.values())
        _compare(live, restored)
        _verify(settings, instance)
        instance.stop()
        must([f"{settings.cluster.bin}/pg_checksums", "--check", "-D", planned.directory], user="postgres")
    finally:
        instance.stop()
        files.remove(planned.directory)


def _compare(live, restored):
    """Every table is back, and none is empty that is not empty in the running database."""
    for line in counts.compared(live, restored):
        say(line)
    if not restored:
        raise Failure("the restored database has no table")
    for table, (count, _) in (live or {}).items():
        if table not in restored:
            raise Failure(f"{table} was not restored")
        if count > 0 and restored[table][0] == 0:
            raise Failure(f"{table} was restored empty; the running database has {count} rows")


def _verify(settings, instance):
    """Every index against its table, every page of every table."""
    for database in settings.databases:
        # Installed into pg_catalog, where nobody else can have put anything. It evaluates index expressions as the table's owner.
        must([f"{settings.cluster.bin}/pg_amcheck", "-h", instance.socket, "-p", str(PORT), "-U", "postgres", "--install-missing", "--heapallindexed", database],
             user="postgres", environment=NAMES)
        say(f"{database}: tables and indexes agree")


def _report(began, success, figures):
    about = [
        ("timestamp_seconds", "When the last restore test ended.", round(time.time())),
        ("success", "1 if the last restore test succeeded.", success),
        ("duration_seconds", "How long the last restore test took.", round(time.time() - began, 1)),
        ("bytes", "Size of the database that was restored.", figures.get("bytes")),
        ("newest_transaction_age_seconds", "Age of the newest restored transaction.", figures.get("age")),
        ("rows", "Restored rows of the application.", figures.get("rows")),
    ]
    metrics.write("ringo_restore_test", [(f"ringo_restore_test_{name}", text, "gauge", {}, value) for name, text, value in about])
