"""One backup, restore or restore test at a time."""
import contextlib
import fcntl
import os

from backup.shell import Refusal, say

PATH = os.environ.get("RINGO_BACKUP_LOCK", "/run/lock/ringo-backup")


@contextlib.contextmanager
def held(what, wait=True):
    """
    Holds the lock while the body runs; says who holds it when it has to wait, or refuses where it should not. Gives the lock's descriptor: a command
    that inherits it holds the lock, too, until it ends, even where the body is killed before.
    """
    with open(PATH, "a+", encoding="utf8") as file:
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
