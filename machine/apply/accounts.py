"""System users and groups."""
from apply.shell import Failure, did, must, run


def users(declared):
    for user in declared:
        _user(user)


def _user(user):
    name, shell = user["name"], user.get("shell", "/usr/sbin/nologin")
    group = user.get("group", name)
    for each in [group, *user.get("groups", [])]:
        if not _entry("group", each):
            must("group " + each, ["groupadd", "--system", each])
            did("group %s created" % each)
    entry = _entry("passwd", name)
    if not entry:
        uid = ["--uid", str(user["uid"])] if "uid" in user else []
        homeless = ["--no-create-home", "--home-dir", "/nonexistent"]
        must("user " + name, ["useradd", "--system", "--gid", group, "--shell", shell, *uid, *homeless, name])
        did("user %s created" % name)
    else:
        _correct(name, entry, _entry("group", group)[2], shell, user.get("uid"))
    joined = must("user " + name, ["id", "--name", "--groups", name]).split()
    lacking = [each for each in user.get("groups", []) if each not in joined]
    if lacking:
        must("user " + name, ["usermod", "--append", "--groups", ",".join(lacking), name])
        did("user %s added to %s" % (name, ", ".join(lacking)))


def _correct(name, entry, gid, shell, uid):
    if uid is not None and int(entry[2]) != uid:
        raise Failure("user %s has the id %s but should have %d: its files would have to change owner" % (name, entry[2], uid))
    options = []
    if entry[3] != gid:
        options += ["--gid", gid]
    if entry[6] != shell:
        options += ["--shell", shell]
    if options:
        must("user " + name, ["usermod", *options, name])
        did("user %s changed" % name)


def _entry(database, name):
    code, stdout, _ = run(["getent", database, name])
    return stdout.strip().split(":") if code == 0 else None
