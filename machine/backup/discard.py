"""Removes what restores have kept."""
import os
import shutil
import signal

from backup import listing
from backup.instance import ROOT
from backup.shell import Refusal, confirmed, say


def run(settings, arguments):
    kept = listing.kept(settings)
    if not arguments.all and arguments.path is None:
        raise Refusal(f"name what to discard, or --all; there is: {', '.join(kept) or 'nothing'}")
    chosen = kept if arguments.all else [arguments.path]
    for path in chosen:
        if path not in kept:
            raise Refusal(f"{path} is nothing that a restore kept; there is: {', '.join(kept) or 'nothing'}")
    for path in chosen:
        say(f"{path}: {listing.size(listing.directory_bytes(path))}")
    if chosen and not confirmed("Remove for good?", arguments.yes):
        return 1
    for path in chosen:
        _end(path)
        shutil.rmtree(path)
        shutil.rmtree(f"{ROOT}/{os.path.basename(path)}", ignore_errors=True)
    say(f"{len(chosen)} removed")
    return 0


def _end(path):
    """The private server on it, if one runs."""
    try:
        with open(f"{path}/postmaster.pid", encoding="utf8") as file:
            pid = int(file.readline())
        os.kill(pid, signal.SIGQUIT)
        os.waitid(os.P_PID, pid, os.WEXITED)
    except (FileNotFoundError, ProcessLookupError, ChildProcessError):
        pass
