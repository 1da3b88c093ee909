"""The WAL that a recovery follows in S3. For PostgreSQL the WAL ends at the first missing segment, whatever comes after it."""
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
        return (f"WAL segment {self.first} is missing in S3: neither its content nor the WAL after it ({self.beyond} × 16 MiB) can be restored. "
                "If it was deleted, its old version is still in the bucket: `make rewind-backups STACK=… TIME=…`")


@dataclass(frozen=True)
class Way:
    # How many segments the recovery needs, including those after a gap.
    segments: int
    # The first that is missing, or None.
    gap: Gap | None


@dataclass(frozen=True)
class Course:
    # Where the WAL is in the bucket, and pgBackRest's options for an earlier time; none for now.
    directory: str
    options: list
    history: timelines.History
    # The first segment.
    first: str

    def gap(self, settings):
        """The first gap, or None."""
        return self.way(settings).gap

    def way(self, settings):
        """To the end. What a running server has yet to archive is on its way; what it believes to be archived should be there."""
        # In this order, so that what arrives in between is in both. A server running now says nothing about an earlier state of the bucket.
        waiting, sent = (wal.waiting(settings), wal.sent()) if not self.options and running() else ([], None)
        return self.among([*waiting, *self._archived(settings)], sent)

    def among(self, archived, sent=None):
        """The same, if these are all the segments, and `sent` was archived, too."""
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
        """For each timeline on the way: its number, its first segment, and the first of the next timeline; None for the last."""
        turns = [(timeline, lsn // wal.SIZE) for timeline, lsn in sorted(self.history.left.items())]
        numbers = [timeline for timeline, _ in turns] + [self.history.timeline]
        return list(zip(numbers, [0] + [turn for _, turn in turns], [turn for _, turn in turns] + [None]))

    def _archived(self, settings):
        """The names of segments, with which their files' names begin: 256 of them share a folder."""
        begin = wal.number(self.first) >> 8
        histories = {f"{timeline:08X}" for timeline, _, end in self.legs() if end is None or end >> 8 >= begin}
        for folder in repository.names(settings, UNREAD, self.directory, *self.options):
            if FOLDER.fullmatch(folder) and folder[:8] in histories and int(folder[8:], 16) >= begin:
                for file in repository.names(settings, UNREAD, f"{self.directory}/{folder}", *self.options):
                    yield file.partition("-")[0]


def broken(settings, info):
    """The gap between the newest backup that leads to the newest state and that state, or None."""
    if not info.usable:
        return None
    directory = repository.archive(settings, info)
    history = timelines.in_force(settings, directory, None)
    leading = [backup for backup in info.usable if history.has(backup)]
    return Course(directory, [], history, leading[-1].first).gap(settings) if leading else None
