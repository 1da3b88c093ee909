"""DROP DATABASE in the WAL.

Recovery to a time stops before the next commit. A DROP DATABASE marks the database as invalid and removes its files
before it commits, so recovery to the second before would replay the loss. So recovery must stop where the drop began.
"""
import re

from backup.shell import Failure, attempt

RECORD = re.compile(r"rmgr: (\w+)\s.*? tx:\s*(\d+), lsn: ([0-9A-F]+/[0-9A-F]+),.*? desc: (.*)")
# A row of pg_database changed in place, which no rollback undoes: PostgreSQL's mark on a database that is being dropped.
MARKED = re.compile(r"INPLACE .*rel 1664/0/1262\b")


def began(settings, directory, segments):
    """The LSN of the record that began the last drop. Searches the newest segments first."""
    for segment in sorted(segments, reverse=True):
        # It exits with an error at the end of the segment's records.
        _, stdout, _ = attempt([f"{settings.cluster.bin}/pg_waldump", f"{directory}/pg_wal/{segment}"], user="postgres")
        lsn = position(stdout.splitlines())
        if lsn is not None:
            return lsn
    raise Failure("a database was being dropped at that time, and the WAL restored here does not include the beginning of the drop: choose an earlier time")


def position(lines):
    """Where, according to pg_waldump's lines, the last drop began."""
    marks, drops = {}, []
    for line in lines:
        record = RECORD.match(line)
        if record is None:
            continue
        manager, transaction, lsn, description = record.groups()
        if manager == "Heap" and MARKED.match(description):
            marks[transaction] = lsn
        if manager == "Database" and description.startswith("DROP"):
            drops.append(transaction)
    marked = [marks[transaction] for transaction in drops if transaction in marks]
    return marked[-1] if marked else next(reversed(marks.values()), None)
