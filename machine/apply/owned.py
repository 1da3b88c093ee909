"""What each of a machine's states has installed. What a state no longer declares is removed: nothing that was
once wanted stays, be it a firewall rule, a timer or a password."""
import os

from apply import containers
from apply.files import remove
from apply.record import load, save
from apply.shell import at, did, must

UNITS = "/etc/systemd/system/"


class Owned:
    """One state's, by its name."""

    def __init__(self, name, state):
        self.name = name
        self.all = load("owned")
        before, now = self.all.get(name, {}), _declared(state)
        # What another state declares, too, belongs to that one.
        kept = [now, *(owned for other, owned in self.all.items() if other != name)]
        self.now = now
        self.files = {path: what for path, what in before.get("files", {}).items() if not any(path in each["files"] for each in kept)}
        self.containers = [each for each in before.get("containers", []) if not any(each in other["containers"] for other in kept)]
        # Written before anything is touched, so that what an interrupted apply installed is known, too.
        self._write({"files": {**before.get("files", {}), **now["files"]}, "containers": sorted({*before.get("containers", []), *now["containers"]})})

    def take_away_files(self, record):
        """Stops our own units before removing their files. Debian's units stay as they are: a state that forgets sshd locks nobody out."""
        for path in self.files:
            if path.startswith(UNITS) and "/" not in path[len(UNITS):] and os.path.exists(at(path)):
                unit = path[len(UNITS):]
                if "@." not in unit:
                    must("unit %s" % unit, ["systemctl", "disable", "--now", "--quiet", unit])
        for path in self.files:
            if remove(path):
                did("file %s removed: it is no longer declared" % path)
        record.gone(self.files)
        for command in sorted({what for what in self.files.values() if what}):
            must("after removing files: %s" % command, ["sh", "-ec", command])

    def take_away_containers(self):
        containers.take_away(self.containers)

    def settle(self):
        self._write(self.now)

    def _write(self, owned):
        if self.all.get(self.name) != owned:
            self.all[self.name] = owned
            save("owned", self.all)


def _declared(state):
    return {
        # With the command to run when the file has been removed.
        "files": {file["path"]: file.get("whenGone") for file in state["files"]},
        "containers": sorted(container["name"] for container in state["containers"]),
    }
