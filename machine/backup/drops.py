"""DROP DATABASE in the WAL.

Recovery to a time stops before the next commit. A DROP DATABASE has marked the database as invalid and removed its files
before it commits, so recovery to the second before would replay the loss. What helps is to stop where it began.
"""
import re

from backup.shell import Failure, attempt

RECORD = re.compile(r"rmgr: (\w+)\s.*? tx:\s*(\d+), lsn: ([0-9A-F]+/[0-9A-F]+),.*? desc: (.*)")
# A row of pg_database changed in place, which no transaction takes back: PostgreSQL's mark on a database that goes.
MARKED = re.compile(r"INPLACE .*rel 1664/0/1262\b")


def began(settings, directory, segments):
    """The LSN of the record that began the last drop. The newest segments are looked at first."""
    for segment in sorted(segments, reverse=True):
        # Ends with an error where the segment's records end.
        _, stdout, _ = attempt([f"{settings.cluster.bin}/pg_waldump", f"{directory}/pg_wal/{segment}"], user="postgres")
        lsn = position(stdout.splitlines())
        if lsn is not None:
            return lsn
    raise Failure("a database was being dropped at that time, and the beginning of that is not in the WAL at hand: take an earlier time")


def position(lines):
    """Of pg_waldump's lines: where the last drop began."""
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
