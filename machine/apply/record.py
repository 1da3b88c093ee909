"""One apply at a time, and what each unit and step has last seen of the files it depends on.

A unit is restarted when its files differ from those it was last started with, not when this apply wrote them: so a
restart that an earlier, failed or cut off apply owes is made up for."""
import fcntl
import hashlib
import json
import os
import stat
import time

from apply.shell import Failure, at, out

DIRECTORY = "/var/lib/ringo"
# Stands among the files that somebody has seen, who has yet to take in what they are: no path is like it.
OWED = "owed"


def lock(timeout=900):
    """Waits for an apply that is under way: one whose connection was lost goes on to its end."""
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
                raise Failure("another apply on this machine did not end within %d s" % timeout)
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
    """What an apply has written down; nothing, where none has or where it cannot be read."""
    try:
        with open(at("%s/%s.json" % (DIRECTORY, name))) as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return {}


def save(name, value):
    """Whole or not at all. Root-only: a digest of a file with a secret is better not seen."""
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
        """What it takes in from now on may be half done when this ends: it is owed again, even if its files become those of before."""
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
        """Whoever has seen one of these files has yet to see that it is gone, though it may not ask for it any more."""
        readers = [known for known in self.seen.values() if any(path in known for path in paths)]
        for known in readers:
            for path in paths:
                known.pop(path, None)
            known[OWED] = "yes"
        if readers:
            save("seen", self.seen)
