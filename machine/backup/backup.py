"""Makes a backup."""
from backup import lock, status
from backup.repository import pgbackrest
from backup.shell import Failure, say, stream

# pgBackRest (issue 2792, fixed in August 2026), with a bucket that goes on listing a backup of which every object has been deleted:
# after a full backup that was cut off it makes nothing but full ones.
ONLY_FULL = "is not later than latest backup label"

KINDS = {"full": "a full backup", "diff": "a differential backup", "incr": "an incremental backup"}


def run(settings, arguments):
    began = status.began(arguments.type)
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
    """Gives the type that it became."""
    try:
        stream(pgbackrest(settings, "backup", f"--type={kind}", "--log-level-console=info"), say, user="postgres")
    except Failure as failure:
        if kind == "full" or ONLY_FULL not in str(failure):
            raise
        say("what a full backup that was cut off left in the bucket is in the way of other types: a full backup is made instead")
        return _backup(settings, "full")
    return kind
