"""Makes a backup."""
from backup import lock, status
from backup.repository import pgbackrest
from backup.shell import say, stream

TYPES = ("full", "diff", "incr")


def run(settings, arguments):
    began = status.began(arguments.type)
    try:
        with lock.held(f"a {arguments.type} backup"):
            stream(pgbackrest(settings, "backup", f"--type={arguments.type}", "--log-level-console=info"), say, user="postgres")
    except BaseException:
        status.ended(arguments.type, began, success=False)
        raise
    status.ended(arguments.type, began, success=True)
    status.run(settings, arguments)
    return 0
