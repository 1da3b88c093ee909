"""Directories, files, and paths that must not exist."""
import grp
import os
import pwd
import stat

from apply.shell import Failure, at, did


def directories(declared):
    for directory in declared:
        path = at(directory["path"])
        wanted = _attributes(directory, "0755", directory["path"])
        if not os.path.isdir(path):
            os.makedirs(path, mode=0o755, exist_ok=True)
            _own(path, wanted)
            did("directory %s created" % directory["path"])
        elif _has(os.stat(path)) != wanted:
            _own(path, wanted)
            did("directory %s changed" % directory["path"])


def files(declared):
    for file in declared:
        write(file)


def write(file):
    """Writes a file atomically, never readable by more users than in the end. Returns whether it changed."""
    path = at(file["path"])
    content = file["content"].encode()
    wanted = _attributes(file, "0644", file["path"])
    if _same(path, content, wanted):
        return False
    if os.path.isdir(path):
        raise Failure("file %s: a directory exists there" % file["path"])
    folder, name = os.path.split(path)
    os.makedirs(folder, mode=0o755, exist_ok=True)
    # A name that no program mistakes for one of its configuration files.
    new = os.path.join(folder, ".%s.ringo-new" % name)
    if os.path.lexists(new):
        os.unlink(new)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
        _own(handle.fileno(), wanted)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(new, path)
    parent = os.open(folder, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)
    did("file %s changed" % file["path"])
    return True


def absent(paths):
    for path in paths:
        if remove(path):
            did("file %s removed" % path)


def remove(path):
    """Returns whether there was one."""
    if os.path.islink(at(path)) or os.path.isfile(at(path)):
        os.unlink(at(path))
        return True
    if os.path.exists(at(path)):
        raise Failure("file %s must not exist, but is not a file: remove it by hand" % path)
    return False


def _same(path, content, wanted):
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size != len(content) or _has(status) != wanted:
            return False
        with open(path, "rb") as handle:
            return handle.read() == content
    except FileNotFoundError:
        return False


def _has(status):
    return stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid


def _attributes(declared, mode, what):
    # By default the user who runs this: root.
    owner, group = declared.get("owner", str(os.geteuid())), declared.get("group", str(os.getegid()))
    try:
        uid = int(owner) if owner.isdigit() else pwd.getpwnam(owner).pw_uid
        gid = int(group) if group.isdigit() else grp.getgrnam(group).gr_gid
    except KeyError:
        raise Failure("%s: no such owner: %s:%s" % (what, owner, group))
    return int(declared.get("mode", mode), 8), uid, gid


def _own(target, attributes):
    mode, uid, gid = attributes
    os.chown(target, uid, gid)
    # After the owner, since changing the owner clears set-id bits.
    os.chmod(target, mode)
