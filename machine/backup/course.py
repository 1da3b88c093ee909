"""The WAL that a recovery follows in S3. The first segment that is not there is the end of all for PostgreSQL, whatever comes after it."""
import re
from dataclasses import dataclass

from backup import repository, timelines, wal
from backup.shell import running

FOLDER = re.compile("[0-9A-F]{16}")
UNREAD = "the WAL in the archive cannot be listed"


@dataclass(frozen=True)
class Gap:
    # The segment that is missing.
    first: str
    # How many come after it, and cannot be reached.
    beyond: int

    def __str__(self):
        return (f"WAL {self.first} is missing in S3, so nothing can reach what is in it, nor what comes after it ({self.beyond} × 16 MiB). "
                "If it was deleted there, its old version is still in the bucket: `make rewind-backups STACK=… TIME=…`")


@dataclass(frozen=True)
class Way:
    # How many segments recovery goes through; up to the gap or beyond it.
    segments: int
    # The first that is missing, or None.
    gap: Gap | None


@dataclass(frozen=True)
class Course:
    # Where the WAL is in the bucket, and as of when: pgBackRest's options, none for now.
    directory: str
    options: list
    history: timelines.History
    # The segment that it begins with.
    first: str

    def gap(self, settings):
        """The first that there is, or None."""
        return self.way(settings).gap

    def way(self, settings):
        """To the end. What a running server has still to archive is on its way; what it takes to be archived should be there."""
        # In this order: what arrives between the questions is in both answers. Of the bucket as it was, a server of now says nothing.
        waiting, sent = (wal.waiting(settings), wal.sent()) if not self.options and running() else ([], None)
        return self.among([*waiting, *self._archived(settings)], sent)

    def among(self, archived, sent=None):
        """The same, where these are all there are, and `sent` was there, too."""
        begin, archived = wal.number(self.first), {name for name in archived if wal.SEGMENT.fullmatch(name)}
        known = {*archived, sent} if sent and wal.SEGMENT.fullmatch(sent) else archived
        needed = []
        for timeline, start, end in self.legs():
            if end is None:
                end = max((wal.number(name) + 1 for name in known if int(name[:8], 16) == timeline), default=start)
            needed += [wal.segment(timeline, number) for number in range(max(start, begin), end)]
        missing = [name for name in needed if name not in archived]
        return Way(len(needed), Gap(missing[0], len(needed) - needed.index(missing[0]) - len(missing)) if missing else None)

    def legs(self):
        """Of each history on the way: its number, its first segment, and the one that is the next history's; None for the last."""
        turns = [(timeline, lsn // wal.SIZE) for timeline, lsn in sorted(self.history.left.items())]
        numbers = [timeline for timeline, _ in turns] + [self.history.timeline]
        return list(zip(numbers, [0] + [turn for _, turn in turns], [turn for _, turn in turns] + [None]))

    def _archived(self, settings):
        """Segments by their names, which come first in those of their files: 256 of them share a folder."""
        begin = wal.number(self.first) >> 8
        histories = {f"{timeline:08X}" for timeline, _, end in self.legs() if end is None or end >> 8 >= begin}
        for folder in repository.names(settings, UNREAD, self.directory, *self.options):
            if FOLDER.fullmatch(folder) and folder[:8] in histories and int(folder[8:], 16) >= begin:
                for file in repository.names(settings, UNREAD, f"{self.directory}/{folder}", *self.options):
                    yield file.partition("-")[0]


def broken(settings, info):
    """The gap on the way to the newest state from the newest backup that leads there, or None."""
    if not info.usable:
        return None
    directory = repository.archive(settings, info)
    history = timelines.in_force(settings, directory, None)
    leading = [backup for backup in info.usable if history.has(backup)]
    return Course(directory, [], history, leading[-1].first).gap(settings) if leading else None
