"""WAL: what a segment is called, and how a recovery gets it."""
import glob
import os
import re
import time

from backup.shell import must, psql

SEGMENT = re.compile("[0-9A-F]{24}")
# Bytes, as PostgreSQL makes them unless told otherwise.
SIZE = 16 * 1024 ** 2


def segment(timeline, number):
    """The name of a history's segment, by how many segments come before it."""
    return f"{timeline:08X}{number >> 8:08X}{number & 0xFF:08X}"


def number(name):
    """How many segments come before this one."""
    return int(name[8:16], 16) << 8 | int(name[16:24], 16)


def waiting(settings):
    """The names of what PostgreSQL has marked for its archiver and that is not in S3 yet."""
    return [os.path.basename(mark).removesuffix(".ready") for mark in marks(settings)]


def sent():
    """The name of what the running server has archived last, as it was told; a history's or a backup's file, too; None for nothing yet."""
    return psql("SELECT last_archived_wal FROM pg_stat_archiver") or None


def marks(settings):
    """Files that stand for what waits; each goes when it has reached S3."""
    return glob.glob(f"{settings.cluster.data}/pg_wal/archive_status/*.ready")


def waits(settings):
    """How many seconds each has waited; one that reaches S3 meanwhile waits no more."""
    since = []
    for path in marks(settings):
        try:
            since.append(os.stat(path).st_mtime)
        except FileNotFoundError:
            pass
    return [round(time.time() - each) for each in since]


def most(settings):
    """Bytes that the server lets its WAL grow to, which it need not be running to say."""
    argv = [f"{settings.cluster.bin}/postgres", "-C", "max_wal_size", f"--config-file={settings.cluster.configuration}"]
    return int(must(argv, user="postgres")) * 1024 ** 2


def command(settings, then=None):
    """PostgreSQL's `restore_command`; options of pgBackRest may follow. `then`: as the bucket was then, in pgBackRest's words; None for now."""
    return f'/usr/local/lib/ringo/backup/archive-get {settings.stanza} %f "%p" "{then or ""}"'
