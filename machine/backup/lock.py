"""One backup, restore or restore test of the database at a time, and one of the media files."""
import contextlib
import fcntl
import os

from backup.shell import Refusal, say

PATH = os.environ.get("RINGO_BACKUP_LOCK", "/run/lock/ringo-backup")
# The two share no file, repository or server: a restic that hangs must not delay the database's backups.
MEDIA = f"{PATH}-media"


@contextlib.contextmanager
def held(what, wait=True, path=PATH):
    """
    Holds the lock while the body runs. If it is taken, says by whom and waits, or refuses (`wait=False`). Yields the lock's descriptor: a command
    that inherits it also holds the lock until it exits, even if the body is killed before.
    """
    with open(path, "a+", encoding="utf8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another command"
            if not wait:
                raise Refusal(f"{holder} is running: wait until it has finished") from None
            say(f"waiting for {holder}")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"{what} (process {os.getpid()})")
        file.flush()
        yield file.fileno()
        file.truncate(0)
