"""One backup, restore or restore test of the database at a time, and one of the media files."""
import contextlib
import fcntl
import os

from backup.shell import Refusal, say

PATH = os.environ.get("RINGO_BACKUP_LOCK", "/run/lock/ringo-backup")
# The two have no file, repository or server in common: a restic that hangs must not hold up the database's backups.
MEDIA = f"{PATH}-media"


@contextlib.contextmanager
def held(what, wait=True, path=PATH):
    """
    Holds the lock while the body runs; says who holds it when it has to wait, or refuses where it should not. Gives the lock's descriptor: a command
    that inherits it holds the lock, too, until it ends, even where the body is killed before.
    """
    with open(path, "a+", encoding="utf8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another command"
            if not wait:
                raise Refusal(f"{holder} is under way: wait until it has ended") from None
            say(f"waiting for {holder}")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"{what} (process {os.getpid()})")
        file.flush()
        yield file.fileno()
        file.truncate(0)
