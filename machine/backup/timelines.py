"""A cluster's timelines. Every restore begins a new one, which branches off the former where the restore ended."""
from dataclasses import dataclass

from backup.repository import as_of, ask, names, place

UNREAD = "the timeline histories in the archive cannot be read"


@dataclass(frozen=True)
class History:
    timeline: int
    # Where each ancestor timeline was left, as a place in the WAL.
    left: dict

    def has(self, backup):
        """Whether recovery from the backup can follow it: the backup was not made on a timeline after it was left."""
        return backup.timeline == self.timeline or backup.stop_lsn <= self.left.get(backup.timeline, -1)


def in_force(settings, directory, then):
    """The newest timeline, as recovery chooses it, of the archive in this directory of the bucket, as it was `then`.

    A file's time says nothing: `make rewind-backups` recreates everything that it restores.
    """
    options = as_of(then)
    listed = names(settings, UNREAD, directory, "--filter=\\.history$", *options)
    newest = max((number(name) for name in listed if name.endswith(".history")), default=1)
    # PostgreSQL archives a history file at the beginning of each timeline but the first.
    text = "" if newest == 1 else ask(settings, UNREAD, "repo-get", f"{directory}/{newest:08X}.history", *options)
    return History(newest, dict(parents(text)))


def number(name):
    return int(name.removesuffix(".history"), 16)


def parents(text):
    """From a history file: the ancestor timelines, and where each was left."""
    for line in text.splitlines():
        columns = line.split("#")[0].split()
        if columns:
            yield int(columns[0]), place(columns[1])
