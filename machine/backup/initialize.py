"""Fills an empty data directory from the backups. Run by the apply on a volume that is new."""
import argparse
import os

from backup import files, lock, plan as planning, recovery
from backup.instance import Instance, NeverReached
from backup.shell import Refusal, say


def run(settings, arguments):
    data = settings.cluster.data
    if os.path.isdir(data) and os.listdir(data):
        raise Refusal(f"{data} is not empty; `ringo-backup restore` goes back in place, and keeps what is there")
    planned = planning.make(settings, argparse.Namespace(**{**vars(arguments), "aside": False}))
    for line in planning.lines(settings, planned):
        say(line)
    with lock.held("a restore", wait=False):
        files.fill(settings, planned)
        if planned.pauses:
            _recover(settings, planned)
        files.finish(planned.directory)
        if os.path.isdir(data):
            os.rmdir(data)
        # Recovery itself is the server's first start: only then does the new timeline reach the archive.
        os.rename(planned.directory, data)
    return 0


def _recover(settings, planned):
    instance = Instance(settings, planned)
    try:
        recovery.rehearse(settings, planned, instance)
    except NeverReached as never:
        if planned.kind != "time":
            raise
        # The machine went before anything was archived that came after that time: nothing there is beyond it.
        say(f"warning: {never}" if never.gap else "no transaction in S3 comes after that time: what there is up to then is the newest state")
        files.remove(planned.directory)
        files.fill(settings, planned.newest())
    finally:
        instance.stop()
