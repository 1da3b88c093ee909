"""WAL: the names of segments, and how a recovery fetches them."""
import glob
import os
import re
import time

from backup.shell import must, psql

SEGMENT = re.compile("[0-9A-F]{24}")
# Bytes: PostgreSQL's default.
SIZE = 16 * 1024 ** 2


def segment(timeline, number):
    """The name of a timeline's segment, by how many segments come before it."""
    return f"{timeline:08X}{number >> 8:08X}{number & 0xFF:08X}"


def number(name):
    """How many segments come before this one."""
    return int(name[8:16], 16) << 8 | int(name[16:24], 16)


def waiting(settings):
    """The names of the files that PostgreSQL's archiver has yet to send to S3."""
    return [os.path.basename(mark).removesuffix(".ready") for mark in marks(settings)]


def sent():
    """The file that the running server believes to have archived last (also a history or backup file); None if there is none yet."""
    return psql("SELECT last_archived_wal FROM pg_stat_archiver") or None


def archiver():
    """What the running server says of its archiver: seconds since 1970 of the last segment that it has archived, None for none yet; and failed attempts."""
    last, failed = psql("SELECT coalesce(extract(epoch FROM last_archived_time)::bigint::text, ''), failed_count FROM pg_stat_archiver").split("\t")
    return int(last) if last else None, int(failed)


def marks(settings):
    """PostgreSQL's status files of what waits to be archived; each disappears when its file has reached S3."""
    return glob.glob(f"{settings.cluster.data}/pg_wal/archive_status/*.ready")


def waits(settings):
    """How many seconds each has waited; those that reach S3 meanwhile are left out."""
    since = []
    for path in marks(settings):
        try:
            since.append(os.stat(path).st_mtime)
        except FileNotFoundError:
            pass
    return [round(time.time() - each) for each in since]


def most(settings):
    """Bytes that the server lets its WAL grow to; it need not be running."""
    argv = [f"{settings.cluster.bin}/postgres", "-C", "max_wal_size", f"--config-file={settings.cluster.configuration}"]
    return int(must(argv, user="postgres")) * 1024 ** 2


def command(settings, then=None):
    """PostgreSQL's `restore_command`; options of pgBackRest may follow. `then`: as of when the bucket is read, in pgBackRest's format; None for now."""
    return f'/usr/local/lib/ringo/backup/archive-get {settings.stanza} %f "%p" "{then or ""}"'
