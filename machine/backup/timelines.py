"""Which of a cluster's histories was in force when. Every restore begins a new one."""
import json

from backup import times
from backup.repository import pgbackrest
from backup.shell import attempt


def started(settings, repository_time=None):
    """[(time, timeline)] of all but the first, oldest first: PostgreSQL leaves a file of each in the archive when it begins."""
    options = [f"--repo-target-time={repository_time}", "--repo=1"] if repository_time else ["--repo=1"]
    code, stdout, _ = attempt(pgbackrest(settings, "repo-ls", f"archive/{settings.stanza}", "--recurse", "--filter=\\.history$", "--output=json", *options),
                              user="postgres", timeout=300)
    return parse(json.loads(stdout)) if code == 0 else []


def parse(files):
    return sorted((times.of(each["time"]), int(name.rsplit("/", 1)[-1].removesuffix(".history"), 16))
                  for name, each in files.items() if each["type"] == "file")


def in_force(starts, time):
    """The timeline at a time, as recovery takes it."""
    return str(max((timeline for start, timeline in starts if start <= time), default=1))
