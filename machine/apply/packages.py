"""Debian packages. None of them starts a service: a unit of the machine's state does, when its configuration is there."""
import contextlib
import os
import shutil
import time

from apply.shell import Failure, at, did, must, run, tail

APT = [
    "apt-get", "--yes", "--quiet=2", "--no-install-recommends",
    "--option=Dpkg::Options::=--force-confdef", "--option=Dpkg::Options::=--force-confold",
    "--option=DPkg::Lock::Timeout=600", "--option=Acquire::Retries=3",
]
# Without descriptions in other languages than the packages' own: nobody reads them.
UPDATE = ["--option=APT::Update::Error-Mode=any", "--option=Acquire::Languages=none", "update"]
ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
# First in the path of Debian's packages, each of which has systemd read all its units anew: twenty times on a new machine, which
# is a tenth of its installation. Not in /run, from which Debian lets nothing be executed.
RELOADS = "/usr/local/lib/ringo/install"
ONE_RELOAD = """#!/bin/sh
# Ringo Infra: while it installs packages. Units are read anew once afterwards, or before something is to run.
PATH=${PATH#*:}
wanted=$(dirname "$0")/wanted
case " $* " in
*" daemon-reload "*)
    touch "$wanted"
    exit
    ;;
*"start "*)
    if rm "$wanted" 2>/dev/null; then systemctl daemon-reload; fi
    ;;
esac
exec systemctl "$@"
"""
# Asked by Debian's packages before they start, stop or restart a service.
POLICY = "/usr/sbin/policy-rc.d"
# What runs is started anew when its package is replaced.
NO_STARTS = """#!/bin/sh
# Ringo Infra: there only while it installs packages.
case " $* " in *" start "*) exit 101 ;; esac
"""


def install(names):
    # What an apply that was killed has left behind.
    _let_start()
    _reload()
    missing = _missing(names)
    if not missing:
        return
    with _no_starts(), _one_reload():
        if any(status not in ("installed", "config-files", "not-installed") for status in _statuses().values()):
            # An installation was cut off, or is under way: the lock tells which.
            _patiently("dpkg --configure", ["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"])
        _patiently("apt-get update", APT + UPDATE)
        path = "--option=DPkg::Path=%s:%s" % (at(RELOADS), os.environ["PATH"])
        _patiently("apt-get install", APT + [path, "install"] + missing)
    did("packages: " + ", ".join(missing))
    absent = _missing(names)
    if absent:
        raise Failure("packages: not installed after all: " + ", ".join(absent))


def _program(path, text):
    """Whole or not at all, for as long as packages are installed: no change of the machine that anybody is told of."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".ringo-new", "w") as file:
        file.write(text)
        os.chmod(file.fileno(), 0o755)
    os.rename(path + ".ringo-new", path)


@contextlib.contextmanager
def _no_starts():
    """A policy that is somebody else's stays, and holds."""
    path = at(POLICY)
    if not os.path.lexists(path):
        _program(path, NO_STARTS)
    try:
        yield
    finally:
        _let_start()


def _let_start():
    try:
        with open(at(POLICY), "rb") as file:
            ours = file.read() == NO_STARTS.encode()
    except FileNotFoundError:
        return
    if ours:
        os.unlink(at(POLICY))


@contextlib.contextmanager
def _one_reload():
    _program(at(RELOADS + "/systemctl"), ONE_RELOAD)
    try:
        yield
    finally:
        _reload()


def _reload():
    if os.path.exists(at(RELOADS + "/wanted")):
        must("systemctl daemon-reload", ["systemctl", "daemon-reload"])
    shutil.rmtree(at(RELOADS), ignore_errors=True)


def _missing(names):
    statuses = _statuses()
    return [name for name in names if statuses.get(name) != "installed"]


def _statuses():
    lines = run(["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n"])[1].splitlines()
    return dict(line.split(" ", 1) for line in lines if " " in line)


def _patiently(what, argv):
    """apt waits for dpkg's lock by itself, but not for that of its lists; dpkg for none."""
    deadline = time.monotonic() + 600
    while True:
        code, stdout, stderr = run(argv, 1200, ENVIRONMENT)
        if code == 0:
            return
        if "lock" not in stderr or time.monotonic() > deadline:
            raise Failure("packages: %s failed (exit %d)\n%s" % (what, code, tail(stdout + "\n" + stderr)))
        time.sleep(3)
