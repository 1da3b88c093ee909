"""What each of a machine's states has put there. What a state no longer declares is taken away again: nothing stays of what
was once wanted, no way out, no timer, no password."""
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
        # What another state has as well is that one's.
        kept = [now, *(owned for other, owned in self.all.items() if other != name)]
        self.now = now
        self.files = {path: what for path, what in before.get("files", {}).items() if not any(path in each["files"] for each in kept)}
        self.containers = [each for each in before.get("containers", []) if not any(each in other["containers"] for other in kept)]
        # Written before anything is touched: what an apply that is cut off has put there is known, too.
        self._write({"files": {**before.get("files", {}), **now["files"]}, "containers": sorted({*before.get("containers", []), *now["containers"]})})

    def take_away_files(self, record):
        """Units of ours end before their files go. Debian's own go on as they are: nobody is locked out by a state that forgets sshd."""
        for path in self.files:
            if path.startswith(UNITS) and "/" not in path[len(UNITS):] and os.path.exists(at(path)):
                unit = path[len(UNITS):]
                if "@." not in unit:
                    must("unit %s" % unit, ["systemctl", "disable", "--now", "--quiet", unit])
        for path in self.files:
            if remove(path):
                did("file %s removed: nothing declares it any more" % path)
        record.gone(self.files)
        for command in sorted({what for what in self.files.values() if what}):
            must("after what was removed: %s" % command, ["sh", "-ec", command])

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
        # With what must be run when the file is gone.
        "files": {file["path"]: file.get("whenGone") for file in state["files"]},
        "containers": sorted(container["name"] for container in state["containers"]),
    }
