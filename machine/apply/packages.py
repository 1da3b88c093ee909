"""Debian packages."""
import time

from apply.shell import Failure, did, run, tail

APT = [
    "apt-get", "--yes", "--quiet=2", "--no-install-recommends",
    "--option=Dpkg::Options::=--force-confdef", "--option=Dpkg::Options::=--force-confold",
    "--option=DPkg::Lock::Timeout=600", "--option=Acquire::Retries=3",
]
ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def install(names):
    missing = _missing(names)
    if not missing:
        return
    if any(status not in ("installed", "config-files", "not-installed") for status in _statuses().values()):
        # An installation was cut off, or is under way: the lock tells which.
        _patiently("dpkg --configure", ["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"])
    _patiently("apt-get update", APT + ["--option=APT::Update::Error-Mode=any", "update"])
    _patiently("apt-get install", APT + ["install"] + missing)
    did("packages: " + ", ".join(missing))
    absent = _missing(names)
    if absent:
        raise Failure("packages: not installed after all: " + ", ".join(absent))


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
