"""A cluster's histories. Every restore begins a new one, which leaves the one before where the restore has ended."""
from dataclasses import dataclass

from backup.repository import as_of, ask, names, place

UNREAD = "the histories in the archive cannot be read"


@dataclass(frozen=True)
class History:
    timeline: int
    # Where each of the histories that it goes back to was left, as a place in the WAL.
    left: dict

    def has(self, backup):
        """Recovery from there can follow it: the backup was not made in a history that was left before."""
        return backup.timeline == self.timeline or backup.stop_lsn <= self.left.get(backup.timeline, -1)


def in_force(settings, directory, then):
    """The newest history, as recovery takes it, of the archive in this directory of the bucket, as it was `then`.

    The time that a file bears says nothing: `make rewind-backups` makes anew all that it brings back.
    """
    options = as_of(then)
    listed = names(settings, UNREAD, directory, "--filter=\\.history$", *options)
    newest = max((number(name) for name in listed if name.endswith(".history")), default=1)
    # PostgreSQL leaves a file of each history but the first in the archive when it begins.
    text = "" if newest == 1 else ask(settings, UNREAD, "repo-get", f"{directory}/{newest:08X}.history", *options)
    return History(newest, dict(parents(text)))


def number(name):
    return int(name.removesuffix(".history"), 16)


def parents(text):
    """Of the file of a history: those that it goes back to, and where each was left."""
    for line in text.splitlines():
        columns = line.split("#")[0].split()
        if columns:
            yield int(columns[0]), place(columns[1])
