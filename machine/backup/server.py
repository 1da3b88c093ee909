"""The server that the application uses."""
import os
import time

from backup import wal
from backup.remind import remind
from backup.shell import Failure, attempt, must, psql, running, say, script, tail

# The former password is disabled first: its role may be the one in use again.
ROLES = ["/etc/ringo/postgresql/former.sql", "/etc/ringo/postgresql/roles.sql"]


def settle():
    """Finishes a WAL segment that has a transaction: any time before now is then before the end of the archive."""
    psql("SELECT pg_current_xact_id()")
    psql("SELECT pg_switch_wal()")


def archived(settings, seconds=120):
    """Waits until all WAL has reached S3."""
    remind(settings)
    end = time.monotonic() + seconds
    while waiting := wal.marks(settings):
        if time.monotonic() > end:
            raise Failure(f"{len(waiting)} WAL segments do not reach S3, so their content would be lost. See `journalctl -u {settings.cluster.unit}`")
        time.sleep(0.2)


def stop(settings):
    must(["systemctl", "stop", settings.cluster.unit], timeout=900)


def start(settings, hours=6):
    """Starts it and waits until it has recovered and accepts writes."""
    code, _, stderr = attempt(["systemctl", "start", settings.cluster.unit], timeout=hours * 3600)
    end = time.monotonic() + hours * 3600
    while code == 0 and time.monotonic() < end:
        if running() and psql("SELECT pg_is_in_recovery()") == "f":
            return
        if attempt(["systemctl", "is-active", "--quiet", settings.cluster.unit])[0] != 0:
            break
        time.sleep(0.2)
    _, journal, _ = attempt(["journalctl", "-u", settings.cluster.unit, "-n", "15", "--no-pager", "-o", "cat"])
    raise Failure(f"PostgreSQL does not start\n{tail(stderr + journal)}")


def align(socket="/run/postgresql", port=5432):
    """Sets the present roles instead of the restored ones: the application keeps its passwords, and there is a role to look at its data with."""
    found = [path for path in ROLES if os.path.exists(path)]
    for path in found:
        script(path, socket, port)
    return bool(found)
