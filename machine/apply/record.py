"""One apply at a time, and a record of the files that each unit and step last used.

A unit is restarted when its files differ from those that it was last started with, not when this apply wrote them: so a
restart that an earlier, failed or interrupted apply missed is made up for."""
import fcntl
import hashlib
import json
import os
import stat
import time

from apply.shell import Failure, at, out

DIRECTORY = "/var/lib/ringo"
# Key among the files of a unit or step whose restart or run is still owed; no path equals it.
OWED = "owed"


def lock(timeout=900):
    """Waits for a running apply: one whose connection was lost continues to its end."""
    os.makedirs(at(DIRECTORY), mode=0o700, exist_ok=True)
    handle = open(at(DIRECTORY + "/lock"), "w")
    deadline = time.monotonic() + timeout
    waiting = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if not waiting:
                out("waiting for another apply on this machine")
                waiting = True
            if time.monotonic() > deadline:
                raise Failure("another apply on this machine did not finish within %d s" % timeout)
            time.sleep(0.5)


def digest(path):
    """Content, owner and mode."""
    try:
        with open(at(path), "rb") as file:
            status = os.fstat(file.fileno())
            facts = "%o %d %d " % (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
            return hashlib.sha256(facts.encode() + file.read()).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return "absent"


def load(name):
    """What an apply recorded; nothing if there is no record or it cannot be read."""
    try:
        with open(at("%s/%s.json" % (DIRECTORY, name))) as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return {}


def save(name, value):
    """Atomically. Readable by root only: digests of files with secrets should stay private."""
    path = at("%s/%s.json" % (DIRECTORY, name))
    with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


class Record:
    def __init__(self):
        self.seen = load("seen")

    def now(self, paths):
        return {path: digest(path) for path in paths}

    def stale(self, who, now):
        known = self.seen.get(who, {})
        return OWED in known or any(known.get(path) != value for path, value in now.items())

    def begin(self, who):
        """It may be interrupted from now on, and is then owed, even if its files return to their former content."""
        known = self.seen.get(who)
        if known and OWED not in known:
            known[OWED] = "yes"
            save("seen", self.seen)

    def settle(self, who, now):
        # Merged: several states of one machine may name the same unit with different files.
        known = self.seen.setdefault(who, {})
        if OWED not in known and all(known.get(path) == value for path, value in now.items()):
            return
        known.pop(OWED, None)
        known.update(now)
        save("seen", self.seen)

    def gone(self, paths):
        """Everything that used one of these files is owed, even if it no longer names the file."""
        readers = [known for known in self.seen.values() if any(path in known for path in paths)]
        for known in readers:
            for path in paths:
                known.pop(path, None)
            known[OWED] = "yes"
        if readers:
            save("seen", self.seen)
