"""Fills an empty data directory from the backups. Run by the apply on a new volume."""
import os

from backup import files, lock, plan as planning, recovery
from backup.instance import Instance, NeverReached
from backup.shell import Refusal, say


def run(settings, arguments):
    data = settings.cluster.data
    if os.path.isdir(data) and os.listdir(data):
        raise Refusal(f"{data} is not empty; `ringo-backup restore` restores in place, and keeps the present data")
    planned = planning.make(settings, arguments)
    for line in planning.lines(settings, planned):
        say(line)
    with lock.held("a restore", wait=False):
        files.fill(settings, planned)
        if planned.pauses:
            _recover(settings, planned)
        files.finish(planned.directory)
        if os.path.isdir(data):
            os.rmdir(data)
        # The recovery itself is done by the server's first start, since only then does the new timeline reach the archive.
        os.rename(planned.directory, data)
    return 0


def _recover(settings, planned):
    instance = Instance(settings, planned)
    try:
        recovery.rehearse(settings, planned, instance)
    except NeverReached as never:
        if planned.kind != "time":
            raise
        # The machine was lost before it archived anything later than that time.
        say(f"warning: {never}" if never.gap else "S3 has no transaction after that time: restoring the newest state")
        files.remove(planned.directory)
        files.fill(settings, planned.newest())
    finally:
        instance.stop()
