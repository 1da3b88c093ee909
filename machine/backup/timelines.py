"""Which of a cluster's histories was in force when. Every restore begins a new one."""
import json

from backup import times
from backup.repository import pgbackrest, reason
from backup.shell import Failure, attempt


def in_force(settings, time, backup):
    """The timeline at a time, as recovery takes it: that of the backup before it, or a later one that had begun by then.

    The bucket is read as it was then. The time that a file bears today says nothing: `make rewind-backups` makes anew all that it
    brings back.
    """
    code, stdout, stderr = attempt(pgbackrest(settings, "repo-ls", f"archive/{settings.stanza}", "--recurse", "--filter=\\.history$", "--output=json",
                                              "--repo=1", f"--repo-target-time={times.repository(time)}"), user="postgres", timeout=300)
    if code != 0:
        raise Failure(f"the histories in the archive cannot be listed\n{reason(stderr or stdout)}")
    return str(max([backup.timeline, *begun(json.loads(stdout))]))


def begun(files):
    """PostgreSQL leaves a file of each history but the first in the archive when it begins."""
    return [int(name.rsplit("/", 1)[-1].removesuffix(".history"), 16) for name, each in files.items() if each["type"] == "file"]
