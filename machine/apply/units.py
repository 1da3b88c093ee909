"""systemd units."""
from apply.shell import Failure, did, must, run, tail

RUNNING = ("active", "activating", "reloading", "refreshing")
# What `enable` has no work with: on already, or without an [Install] section.
ENABLED = ("enabled", "enabled-runtime", "static", "alias", "indirect", "generated", "transient")


def reload_manager(paths, record):
    """Lets systemd read unit files that differ from those it last read."""
    now = record.now([path for path in paths if path.startswith("/etc/systemd/system/")])
    if record.stale("daemon-reload", now):
        must("systemctl daemon-reload", ["systemctl", "daemon-reload"])
    record.settle("daemon-reload", now)


def units(declared, record):
    # Read anew once for all of them: systemd takes long over it, and would after each.
    if [unit for unit in declared if _enable(unit["name"], unit.get("enabled", True))]:
        must("systemctl daemon-reload", ["systemctl", "daemon-reload"])
    for unit in declared:
        if unit.get("running", True):
            _run(unit, record)
        elif _show(unit["name"])["ActiveState"] in RUNNING:
            must("unit %s" % unit["name"], ["systemctl", "stop", unit["name"]])
            did("unit %s stopped" % unit["name"])


def _enable(name, wanted):
    """Says whether that changed anything."""
    facts = _show(name)
    if facts["LoadState"] == "not-found":
        raise Failure("unit %s: no such unit" % name)
    if (facts["UnitFileState"] in ENABLED) == wanted or (not wanted and facts["UnitFileState"] != "enabled"):
        return False
    verb = "enable" if wanted else "disable"
    must("unit %s" % name, ["systemctl", verb, "--quiet", "--no-reload", name])
    did("unit %s %sd" % (name, verb))
    return True


def _run(unit, record):
    name = unit["name"]
    restart, reload = record.now(unit.get("restartOn", [])), record.now(unit.get("reloadOn", []))
    running = _show(name)["ActiveState"] in RUNNING
    if not running:
        _systemctl("start", name)
        facts = _show(name)
        # A unit whose condition does not hold here (a clock in a container) is passed over, as systemd does at boot.
        if facts["ActiveState"] in RUNNING or facts["ConditionResult"] == "yes":
            did("unit %s started" % name)
    elif record.stale("restart " + name, restart):
        record.begin("restart " + name)
        _systemctl("restart", name)
        did("unit %s restarted" % name)
    elif record.stale("reload " + name, reload):
        record.begin("reload " + name)
        _systemctl("reload-or-restart", name)
        did("unit %s reloaded" % name)
    record.settle("restart " + name, restart)
    record.settle("reload " + name, reload)


def _systemctl(verb, name):
    code, stdout, stderr = run(["systemctl", verb, name], 600)
    if code != 0:
        journal = run(["journalctl", "--unit", name, "--lines=15", "--no-pager", "--output=cat"])[1]
        raise Failure("unit %s: %s failed (exit %d)\n%s" % (name, verb, code, tail(stdout + stderr + journal, 25)))


def _show(name):
    properties = ["LoadState", "ActiveState", "UnitFileState", "ConditionResult"]
    lines = must("unit %s" % name, ["systemctl", "show", "--property=" + ",".join(properties), name]).splitlines()
    return {**dict.fromkeys(properties, ""), **dict(line.split("=", 1) for line in lines if "=" in line)}
