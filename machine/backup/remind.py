"""WAL that PostgreSQL has forgotten to hand over.

On a full volume it cannot make the mark by which its archiver finds a segment that has ended. It says so in its log, goes on, and makes up for it at
the end of a checkpoint, which may be ten minutes away. Until then what comes after is in S3 and of no use: a restore ends before the gap.
"""
import os

from backup.files import free
from backup.shell import psql, running, say
from backup.wal import SEGMENT

# With less a checkpoint might fail, and the mark as well.
ROOM = 64 * 1024 ** 2


def run(settings, _arguments):
    remind(settings)
    return 0


def remind(settings):
    directory = f"{settings.cluster.data}/pg_wal"
    try:
        missing = forgotten(os.listdir(directory), os.listdir(f"{directory}/archive_status"))
        room = free(directory)
    except FileNotFoundError:
        return  # a restore is exchanging the directory
    if missing and room > ROOM and running():
        say(f"PostgreSQL has forgotten to archive {', '.join(missing)}: a checkpoint reminds it")
        psql("CHECKPOINT")


def forgotten(files, marks):
    """Segments that have no mark while a later one of the same history has. The segment that is written to has none yet, nor have those that wait to be."""
    marked = {mark.rpartition(".")[0] for mark in marks}
    newest = max((name for name in marked if SEGMENT.fullmatch(name)), default="")
    return sorted(name for name in files if SEGMENT.fullmatch(name) and name not in marked and name[:8] == newest[:8] and name < newest)
