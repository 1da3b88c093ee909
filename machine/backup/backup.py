"""Makes a backup."""
import time

from backup import lock, status
from backup.repository import pgbackrest
from backup.shell import Failure, say, stream

# pgBackRest (issue 2792, fixed in August 2026), with a bucket that still lists a backup after all its objects have been deleted:
# after an interrupted full backup it makes only full ones.
ONLY_FULL = "is not later than latest backup label"

KINDS = {"full": "a full backup", "diff": "a differential backup", "incr": "an incremental backup"}


def run(settings, arguments):
    began = time.time()
    try:
        with lock.held(KINDS[arguments.type]):
            made = _backup(settings, arguments.type)
    except BaseException:
        status.ended(arguments.type, began, success=False)
        raise
    for kind in dict.fromkeys([arguments.type, made]):
        status.ended(kind, began, success=True)
    status.run(settings, arguments)
    return 0


def _backup(settings, kind):
    """Returns the type of the backup that was made."""
    try:
        stream(pgbackrest(settings, "backup", f"--type={kind}", "--log-level-console=info"), say, user="postgres")
    except Failure as failure:
        if kind == "full" or ONLY_FULL not in str(failure):
            raise
        say("an interrupted full backup left files in the bucket that prevent other types: making a full backup instead")
        return _backup(settings, "full")
    return kind
