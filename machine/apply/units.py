"""systemd units."""
from apply.shell import Failure, did, must, run, tail
from apply.shims import change_units, units_changed, units_read

READ_BY_SYSTEMD = ("/etc/systemd/system/", "/etc/systemd/system.conf.d/")
RUNNING = ("active", "activating", "reloading", "refreshing")
# States in which `enable` has nothing to do: enabled already, or without an [Install] section.
ENABLED = ("enabled", "enabled-runtime", "static", "alias", "indirect", "generated", "transient")


def enable(declared):
    """Enables or disables each unit. systemd reloads later, once for all, since that takes long."""
    for unit, state in zip(declared, _ask("is-enabled", declared)):
        name, wanted = unit["name"], unit.get("enabled", True)
        if state == "not-found":
            raise Failure("unit %s: no such unit" % name)
        if (state in ENABLED) == wanted or (not wanted and state != "enabled"):
            continue
        verb = "enable" if wanted else "disable"
        change_units()
        must("unit %s" % name, ["systemctl", verb, "--quiet", "--no-reload", name])
        did("unit %s %sd" % (name, verb))


def reload_manager(paths, record):
    """Reloads systemd if units or its own settings changed since it last did, or packages or `enable` changed anything."""
    now = record.now([path for path in paths if path.startswith(READ_BY_SYSTEMD)])
    if units_changed() or record.stale("daemon-reload", now):
        must("systemctl daemon-reload", ["systemctl", "daemon-reload"])
        units_read()
    record.settle("daemon-reload", now)


def units(declared, record):
    states = _ask("show", declared, "--property=ActiveState", "--value")
    for unit, state in zip(declared, states):
        if unit.get("running", True):
            _run(unit, state in RUNNING, record)
        elif state in RUNNING:
            must("unit %s" % unit["name"], ["systemctl", "stop", unit["name"]])
            did("unit %s stopped" % unit["name"])


def _ask(verb, declared, *options):
    """One word for each unit, in order."""
    if not declared:
        return []
    # `is-enabled` fails if no unit is enabled.
    code, stdout, stderr = run(["systemctl", verb, *options, *[unit["name"] for unit in declared]])
    words = stdout.split()
    if len(words) != len(declared):
        raise Failure("units: systemctl %s does not answer for each of them (exit %d)\n%s" % (verb, code, tail(stdout + stderr)))
    return words


def _run(unit, running, record):
    name = unit["name"]
    restart, reload = record.now(unit.get("restartOn", [])), record.now(unit.get("reloadOn", []))
    if not running:
        _systemctl("start", name)
        # A unit whose condition is not met here (a clock in a container) is skipped, as systemd does at boot.
        state, condition = must("unit %s" % name, ["systemctl", "show", "--property=ActiveState,ConditionResult", name]).splitlines()
        if state.split("=")[1] in RUNNING or condition == "ConditionResult=yes":
            did("unit %s started" % name)
    elif record.stale("restart " + name, restart):
        record.begin("restart " + name)
        _systemctl("restart", name)
        did("unit %s restarted" % name)
    elif record.stale("reload " + name, reload):
        record.begin("reload " + name)
        # While a unit is still starting, as after a reboot, systemd merges a reload into the start: files read by then are not read again.
        _systemctl("start", name)
        _systemctl("reload-or-restart", name)
        did("unit %s reloaded" % name)
    record.settle("restart " + name, restart)
    record.settle("reload " + name, reload)


def _systemctl(verb, name):
    code, stdout, stderr = run(["systemctl", verb, name], 600)
    if code != 0:
        journal = run(["journalctl", "--unit", name, "--lines=15", "--no-pager", "--output=cat"])[1]
        raise Failure("unit %s: %s failed (exit %d)\n%s" % (name, verb, code, tail(stdout + stderr + journal, 25)))
