"""WAL that PostgreSQL has forgotten to archive.

On a full volume it cannot create the file that tells its archiver of a finished segment. It logs that, continues, and makes up for it at
the end of a checkpoint, which may be ten minutes away. Until then later WAL is in S3 but of no use: a restore ends before the gap.
"""
import os

from backup.files import free
from backup.shell import psql, running, say
from backup.wal import SEGMENT

# With less, a checkpoint might fail, and creating the file again, too.
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
        say(f"PostgreSQL has forgotten to archive {', '.join(missing)}: running a checkpoint, which makes up for it")
        psql("CHECKPOINT")


def forgotten(files, marks):
    """Segments without a status file although a later one of the same timeline has one. The current segment has none yet, nor have those prepared for later."""
    marked = {mark.rpartition(".")[0] for mark in marks}
    newest = max((name for name in marked if SEGMENT.fullmatch(name)), default="")
    return sorted(name for name in files if SEGMENT.fullmatch(name) and name not in marked and name[:8] == newest[:8] and name < newest)
