"""File systems on devices, mounted by systemd now and at every boot."""
import json
import os

from apply.files import write
from apply.shell import at, did, must, run, until
from apply.shims import change_units
from apply.units import reload_manager


def mounts(declared, record):
    for mount in declared:
        _mount(mount, record)


def _mount(mount, record):
    what, path = "mount " + mount["path"], mount["path"]
    until(what + ": device %s" % mount["device"], "test -e '%s'" % at(mount["device"]), 60)
    os.makedirs(at(path), mode=0o755, exist_ok=True)
    _end_others(what, mount)
    unit, file = _unit(what, path)
    write({"path": file, "content": """[Unit]
Description=%s
Before=local-fs.target

[Mount]
What=%s
Where=%s
Type=xfs
Options=defaults,noatime

[Install]
WantedBy=local-fs.target
""" % (path, mount["device"], path)})
    reload_manager([file], record)
    if run(["systemctl", "is-enabled", "--quiet", unit])[0] != 0:
        must(what, ["systemctl", "enable", "--quiet", unit])
    if run(["mountpoint", "--quiet", path])[0] != 0:
        must(what, ["systemctl", "start", unit])
        did("%s mounted" % path)
    _grow(what, mount, path)


def _unit(what, path):
    """The name of a mount's unit, and its file."""
    unit = must(what, ["systemd-escape", "--path", "--suffix=mount", path]).strip()
    return unit, "/etc/systemd/system/" + unit


def _end_others(what, mount):
    """Removes every other mount of the device: the cloud makes a volume's first machine mount it, by a unit of its own."""
    _, found, _ = run(["findmnt", "--json", "--list", "--output", "TARGET,FSROOT", "--source", mount["device"]])
    for other in json.loads(found)["filesystems"] if found else []:
        # A bind mount of a part of it is intended.
        if other["target"] == mount["path"] or other["fsroot"] != "/":
            continue
        unit, file = _unit(what, other["target"])
        must(what, ["systemctl", "stop", unit])
        if os.path.lexists(at(file)):
            change_units()
            must(what, ["systemctl", "disable", "--quiet", "--no-reload", unit])
            os.remove(at(file))
        did("%s unmounted: the volume belongs at %s" % (other["target"], mount["path"]))


def _grow(what, mount, path):
    """A volume that was enlarged has its new size, but its file system keeps the old one until it is grown. Does nothing if they agree."""
    before = os.statvfs(at(path)).f_blocks
    must(what, ["xfs_growfs", "-d", at(path)])
    after = os.statvfs(at(path))
    if after.f_blocks > before:
        did("%s grown to %.1f GiB" % (path, after.f_blocks * after.f_frsize / 2**30))
