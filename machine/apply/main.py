"""Applies a declared state, in the one order that everything relies on."""
import os
import signal
import sys
import traceback

from apply import accounts, commands, containers, files, mounts, packages, units
from apply.owned import Owned
from apply.record import Record, lock
from apply.shell import Failure, changes, keep_secret, out


def main(state, name):
    keep_secret(state["secrets"])
    os.umask(0o022)
    # A lost connection does not stop an apply halfway; the next one waits for it.
    signal.signal(signal.SIGHUP, lambda *_: None)
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
    try:
        with lock():
            apply(state, Record(), Owned(name, state))
    except Failure as failure:
        out("failed: %s" % failure, sys.stderr)
        return 1
    except Exception:
        out("failed, because of a bug in the program:\n" + traceback.format_exc(), sys.stderr)
        return 1
    out("%d changes" % changes() if changes() else "unchanged")
    return 0


def apply(state, record, owned):
    commands.steps(state, "before-packages", record)
    packages.install(state["packages"])
    accounts.users(state["users"])
    mounts.mounts(state["mounts"], record)
    files.directories(state["directories"])
    files.files(state["files"])
    files.absent(state["absent"])
    owned.take_away_files(record)
    commands.steps(state, "after-files", record)
    commands.steps(state, "before-units", record)
    units.enable(state["units"])
    units.reload_manager([file["path"] for file in state["files"]] + state["absent"] + list(owned.files), record)
    units.units(state["units"], record)
    commands.steps(state, "after-units", record)
    owned.take_away_containers()
    containers.containers(state["containers"], record)
    commands.checks(state)
    owned.settle()
