"""Debian packages. None of them starts a service: a unit of the machine's state does, once its configuration is there."""
import contextlib
import os
import time

from apply.shell import Failure, at, did, run, tail
from apply.shims import no_shims, program, shims

APT = [
    "apt-get", "--yes", "--quiet=2", "--no-install-recommends",
    "--option=Dpkg::Options::=--force-confdef", "--option=Dpkg::Options::=--force-confold",
    "--option=DPkg::Lock::Timeout=600", "--option=Acquire::Retries=3",
]
# Without translated descriptions, which nobody reads.
UPDATE = ["--option=APT::Update::Error-Mode=any", "--option=Acquire::Languages=none", "update"]
ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
# Debian's packages ask it before they start, stop or restart a service.
POLICY = "/usr/sbin/policy-rc.d"
# A running service is restarted when its package is replaced.
NO_STARTS = """#!/bin/sh
# Ringo Infra: exists only while it installs packages.
case " $* " in *" start "*) exit 101 ;; esac
"""


def install(names):
    # Left behind by a killed apply.
    _let_start()
    no_shims()
    missing = _missing(names)
    if not missing:
        return
    with _no_starts(), shims() as path:
        if any(status not in ("installed", "config-files", "not-installed") for status in _statuses().values()):
            # An installation was interrupted, or is running: the lock shows which.
            _patiently("dpkg --configure", ["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"])
        _patiently("apt-get update", APT + UPDATE)
        _patiently("apt-get install", APT + ["--option=DPkg::Path=" + path, "install"] + missing)
    did("packages: " + ", ".join(missing))
    absent = _missing(names)
    if absent:
        raise Failure("packages: apt-get succeeded but did not install: " + ", ".join(absent))


@contextlib.contextmanager
def _no_starts():
    """Somebody else's policy stays, and applies."""
    path = at(POLICY)
    if not os.path.lexists(path):
        program(path, NO_STARTS)
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


def _missing(names):
    statuses = _statuses()
    return [name for name in names if statuses.get(name) != "installed"]


def _statuses():
    lines = run(["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n"])[1].splitlines()
    return dict(line.split(" ", 1) for line in lines if " " in line)


def _patiently(what, argv):
    """apt waits for dpkg's lock by itself, but not for the lock of its lists; dpkg waits for neither."""
    deadline = time.monotonic() + 600
    while True:
        code, stdout, stderr = run(argv, 1200, ENVIRONMENT)
        if code == 0:
            return
        if "lock" not in stderr or time.monotonic() > deadline:
            raise Failure("packages: %s failed (exit %d)\n%s" % (what, code, tail(stdout + "\n" + stderr)))
        time.sleep(3)
