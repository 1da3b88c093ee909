"""The data directory and its copies: filled, exchanged, removed."""
import ctypes
import glob
import os
import re
import shutil
import time

from backup import instance, wal
from backup.repository import pgbackrest
from backup.shell import Failure, say, stream

# Beside a directory that a restore is filling: distinguishes what a killed restore leaves from data.
MARK = ".unfinished"


def unfinished(data):
    """Directories that a restore is filling, or left behind when it was killed."""
    return [mark.removesuffix(MARK) for mark in glob.glob(f"{data}.*{MARK}")]


def fill(settings, plan):
    """Restores the backup's files into the plan's directory, and prints the progress."""
    for directory in unfinished(settings.cluster.data):
        say(f"removing the files of an interrupted restore: {directory}")
        remove(directory)
    with open(plan.directory + MARK, "w", encoding="utf8"):
        pass
    os.makedirs(plan.directory, mode=0o700)
    shutil.chown(plan.directory, "postgres", "postgres")
    said = time.monotonic()

    def progress(line):
        nonlocal said
        percent = re.search(r"restore file .*, (\d+)\.\d+%\)", line)
        if percent and time.monotonic() - said >= 2:
            said = time.monotonic()
            say(f"files: {percent[1]} %")

    stream(pgbackrest(settings, "restore", f"--pg1-path={plan.directory}", "--log-level-console=detail",
                      f"--recovery-option=restore_command={wal.command(settings, plan.then)}", *plan.options),
           progress, user="postgres")
    say("files: 100 %")


def free(path):
    """Free bytes of the volume at this path."""
    volume = os.statvfs(path)
    return volume.f_bavail * volume.f_frsize


def whole(path):
    """Size of the volume at this path, in bytes."""
    volume = os.statvfs(path)
    return volume.f_blocks * volume.f_frsize


def finish(directory):
    """Marks the directory as complete."""
    os.remove(directory + MARK)


def remove(directory):
    instance.end(directory)
    shutil.rmtree(directory, ignore_errors=True)
    if os.path.exists(directory + MARK):
        os.remove(directory + MARK)


def exchange(one, other):
    """Swaps two names atomically: at no moment is there no data directory."""
    libc = ctypes.CDLL(None, use_errno=True)
    at_cwd, swap = -100, 2
    if libc.renameat2(at_cwd, one.encode(), at_cwd, other.encode(), swap) != 0:
        number = ctypes.get_errno()
        raise Failure(f"{one} and {other} cannot be exchanged: {os.strerror(number)}")
