#!/usr/bin/python3 -IB
"""rebind-media TARGET: gives the mount that is now at TARGET to every container that still has one of before.

A container binds a directory of the mount that is there when it starts, or the empty one beneath where none is, and
keeps that when sshfs is started anew. Its processes go on: only what they find at that place is exchanged."""
import ctypes
import os
import sys

OPEN_TREE, MOVE_MOUNT = 428, 429  # On every architecture.
CLONE_NEWNS, AT_FDCWD, OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH = 0x20000, -100, 1, 4
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_PRIVATE, MNT_DETACH = 1, 2, 4, 8, 32, 4096, 1 << 18, 2

target = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)


def must(what, result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), what)
    return result


def namespace(process):
    return os.open("/proc/%s/ns/mnt" % process, os.O_RDONLY | os.O_CLOEXEC)


def enter(fd):
    must("namespace", libc.setns(fd, CLONE_NEWNS))


def mounts(process):
    """Device, its mounted directory, mount point, options, and source."""
    with open("/proc/%s/mountinfo" % process) as file:
        for line in file:
            fields = line.split()
            yield (*fields[2:6], fields[-2])


def before():
    """For each container a namespace to enter, and which shared directory belongs where, with which options."""
    seen = {os.readlink("/proc/1/ns/mnt")}
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = os.readlink("/proc/%s/ns/mnt" % process)
            if name in seen:
                continue
            seen.add(name)
            inside = namespace(process)
            for device, root, place, options, source in mounts(process):
                directory = shown(root, source)
                if directory is not None and device != current:
                    yield inside, directory, place, options
        except (FileNotFoundError, ProcessLookupError):
            pass  # It has ended.


def shown(root, source):
    """Which shared directory a mount shows; None if it shows something else."""
    if source == shared:
        return root
    _, found, rest = (root + "/").partition(target + "/")
    return "/" + rest.rstrip("/") if found else None


def exchange(inside, directory, place, options):
    enter(machine)
    new = must(target + directory, libc.syscall(OPEN_TREE, AT_FDCWD, (target + directory).encode(), OPEN_TREE_CLONE | os.O_CLOEXEC))
    enter(inside)
    path = place.encode()
    must(place, libc.umount2(path, MNT_DETACH))
    must(place, libc.syscall(MOVE_MOUNT, new, b"", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH))
    must(place, libc.mount(None, path, None, MS_PRIVATE, None))
    if "ro" in options.split(","):
        must(place, libc.mount(None, path, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, None))
    os.close(new)


machine = namespace(1)
enter(machine)
device = os.stat(target).st_dev
current = "%d:%d" % (os.major(device), os.minor(device))
shared = next((source for device, _, place, _, source in mounts(1) if (device, place) == (current, target)), None)
if shared is None:
    sys.exit("nothing is mounted at " + target)
failed = False
for each in list(before()):
    try:
        exchange(*each)
    except OSError as error:
        print(error, file=sys.stderr)
        failed = True  # And on to the next: one that closes itself in holds up no other.
sys.exit(failed)
