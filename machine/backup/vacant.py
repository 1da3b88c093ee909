"""Run by the apply before it creates a new, empty database: fails if there are backups of one that somebody may miss."""
from backup import repository, times
from backup.patience import patiently
from backup.shell import Failure


def run(settings, _arguments):
    backups = patiently(lambda: repository.info(settings)).backups
    if backups:
        raise Failure(f"""this machine has no database, but the bucket has backups of one (the newest of {times.show(backups[-1].stop)}).
    To restore it: `pulumi config set restore latest` (or a time) and `pulumi up`.
    To start with an empty database: move the bucket's content to another place in it, under any name, and `pulumi up`.""")
    return 0
