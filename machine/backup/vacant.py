"""Run by the apply before it makes a new, empty database: there must be none in the backups that someone misses."""
from backup import repository, times
from backup.patience import patiently
from backup.shell import Failure


def run(settings, _arguments):
    backups = patiently(lambda: repository.info(settings)).backups
    if backups:
        raise Failure(f"""this machine has no database, and the bucket has backups of one (the newest of {times.show(backups[-1].stop)}).
    To bring it back: `pulumi config set restore latest` (or a time) and `pulumi up`.
    To begin anew: move what is in the bucket to another place in it, where any name will do, and `pulumi up`.""")
    return 0
