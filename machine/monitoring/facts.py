"""Facts about this machine, as a text file for Prometheus' node exporter: which of the backend's processes run, who logged
in, when it was updated, and whether it crashed. It stays in memory: to start a program every few seconds would cost more than all that it looks at.

usage: facts.py SETTINGS; a JSON file with `keys` (whose: fingerprints) and `directory`."""
import glob
import json
import os
import re
import select
import subprocess
import sys
import time

EVERY = 5.0
ROLES = ("api", "worker", "beat")
FOLLOW = ["journalctl", "--follow", "--lines=0", "--output=cat", "--identifier=sshd", "--identifier=sshd-session", "--identifier=sshd-auth"]
ACCEPTED = re.compile(r"^Accepted publickey for (\S+) from \S+ port \d+ ssh2: \S+ (SHA256:\S+)")
REFUSED = re.compile(r"^(Invalid user |Failed |Connection (closed|reset) by (authenticating|invalid) user |Unable to negotiate )")

# What Debian touches after successful updates, even if there were none; and what requests them.
UPDATED = ("/var/lib/apt/periodic/upgrade-stamp", "/etc/apt/apt.conf.d/60ringo-unattended-upgrades")

# journald's message when it stops: its last one when a machine is shut down, but not before a crash or a power cut.
STOPPED = "d93fb3c9c24d451a97cea615ce59c00b"


def role_of(words):
    """The role of a command line of the backend, however its program is named; None for other programs."""
    title = words[0] if words else ""
    names = [os.path.basename(word) for word in words[:3]]
    # Celery sets its process title if it can: "[celery beat]", "[celeryd: worker@host:MainProcess]".
    if title.startswith("[celery beat"):
        return "beat"
    if title.startswith("[celeryd"):
        return "worker"
    if "gunicorn" in names or title.startswith("gunicorn:"):
        return "api"
    if "celery" in names:
        commands = [word for word in words if word in ("worker", "beat")]
        return commands[0] if commands and "inspect" not in words else None
    return None


def is_init(words):
    return bool(words) and os.path.basename(words[0]) in ("docker-init", "tini")


def processes(root="/proc"):
    """{pid: (parent's pid, words of its command line)}; processes that exit meanwhile are left out."""
    found = {}
    for path in glob.glob(root + "/[0-9]*"):
        try:
            with open(path + "/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").rstrip("\0").split("\0")
            with open(path + "/stat") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        found[int(os.path.basename(path))] = (parent, words)
    return found


def backend(found):
    """{role: [(pid of a main process, how many children it has)]}: a child has a parent of its own role."""
    roles = {pid: role_of(words) for pid, (_, words) in found.items() if not is_init(words)}
    mains = {role: [] for role in ROLES}
    for pid, role in roles.items():
        parent = found[pid][0]
        if role is None or roles.get(parent) == role:
            continue
        mains[role].append((pid, sum(1 for child, (of, _) in found.items() if of == pid and roles.get(child) == role)))
    return mains


class Beats:
    """When each beat last woke: it sleeps at most five minutes while it is alive. When it writes its schedule to disk depends on the
    file's format: one format is written only when it stops."""

    def __init__(self, root="/proc", clock=time.time):
        self.root, self.clock = root, clock
        self.seen = {}

    def woken(self, mains):
        """The times; a beat seen for the first time counts as just woken."""
        seen = {}
        for pid, _ in mains["beat"]:
            wakings = self._wakings(pid)
            if wakings is None:
                continue
            before = self.seen.get(pid)
            seen[pid] = before if before and before[0] == wakings else (wakings, self.clock())
        self.seen = seen
        return [at for _, at in seen.values()]

    def _wakings(self, pid):
        """Number of voluntary context switches of its main thread."""
        try:
            with open("%s/%d/status" % (self.root, pid)) as file:
                return next((line.split()[1] for line in file if line.startswith("voluntary_ctxt_switches:")), None)
        except OSError:
            return None


class Logins:
    """Counts sshd's messages. Every possible counter starts at 0, so that the first event is visible as a change."""

    def __init__(self, keys):
        self.whose = {print_: who for who, prints in keys.items() for print_ in prints}
        self.accepted = {who: 0 for who in ("deployer", "operator", "service", "unknown")}
        self.refused = 0

    def line(self, text):
        match = ACCEPTED.match(text)
        if match:
            user, key = match.groups()
            self.accepted["service" if user != "root" else self.whose.get(key, "unknown")] += 1
        elif REFUSED.match(text):
            self.refused += 1


class Journal:
    """sshd's lines since the last check."""

    def __init__(self):
        self.child = None
        self.rest = b""

    def lines(self, seconds):
        """Waits that long, and returns the lines written meanwhile."""
        deadline = time.monotonic() + seconds
        found = []
        while (left := deadline - time.monotonic()) > 0:
            if self.child is None or self.child.poll() is not None:
                self.child = subprocess.Popen(FOLLOW, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
            if not select.select([self.child.stdout], [], [], left)[0]:
                break
            data = os.read(self.child.stdout.fileno(), 65536)
            if not data:
                self.child.wait()
                time.sleep(min(1, left))
            *whole, self.rest = (self.rest + data).split(b"\n")
            found += [line.decode(errors="replace") for line in whole]
        return found


def updated(root=""):
    """When the machine was last updated; if never, since when it should be."""
    return next((round(os.stat(root + path).st_mtime) for path in UPDATED if os.path.exists(root + path)), None)


def entry(boot, lines):
    """An entry of a boot's journal; None if there is none."""
    said = subprocess.run(["journalctl", "--boot=" + boot, "--lines=" + lines, "--output=json", "--output-fields=MESSAGE_ID", "--quiet"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL).stdout
    return json.loads(said) if said else None


def crashed(entry=entry):
    """When the machine booted without having been shut down; None if it had been, or if no earlier boot is known."""
    before, first = entry("-1", "1"), entry("0", "+1")
    if before is None or first is None or before.get("MESSAGE_ID") == STOPPED:
        return None
    return int(first["__REALTIME_TIMESTAMP"]) // 10**6


def render(logins, mains, woken, updated_at, crashed_at):
    lines = []

    def metric(name, kind, about, figures):
        lines.extend(["# HELP %s %s" % (name, about), "# TYPE %s %s" % (name, kind)])
        lines.extend("%s%s %s" % (name, "{%s}" % labels if labels else "", value) for labels, value in figures)

    metric("ringo_backend_processes", "gauge", "Main processes of the backend, by what they do.",
           [('command="%s"' % role, len(mains[role])) for role in ROLES])
    metric("ringo_backend_children", "gauge", "Children of those processes: gunicorn's workers, Celery's pool.",
           [('command="%s"' % role, sum(children for _, children in mains[role])) for role in ROLES])
    if woken:
        metric("ringo_beat_woken_timestamp_seconds", "gauge", "When beat last woke to see what is due.", [("", round(min(woken)))])
    if updated_at is not None:
        metric("ringo_updated_timestamp_seconds", "gauge", "When security updates were last installed, or none were due.", [("", updated_at)])
    if crashed_at is not None:
        metric("ringo_crash_timestamp_seconds", "gauge", "When the machine came up without having been shut down.", [("", crashed_at)])
    metric("ringo_ssh_logins_total", "counter", "Logins by SSH, by whose key it was.",
           [('key="%s"' % who, count) for who, count in sorted(logins.accepted.items())])
    metric("ringo_ssh_refused_total", "counter", "Attempts to log in by SSH that were refused.", [("", logins.refused)])
    return "\n".join(lines) + "\n"


def write(directory, text):
    path = directory + "/ringo_facts.prom"
    with open(path + ".new", "w") as file:
        file.write(text)
    os.chmod(path + ".new", 0o644)
    os.replace(path + ".new", path)


def main(settings):
    logins, journal, beats, crashed_at = Logins(settings["keys"]), Journal(), Beats(), crashed()
    while True:
        mains = backend(processes())
        try:
            write(settings["directory"], render(logins, mains, beats.woken(mains), updated(), crashed_at))
        except OSError:
            pass  # A full disk has an alert of its own; what is counted meanwhile is told when there is room.
        for line in journal.lines(EVERY):
            logins.line(line)


if __name__ == "__main__":
    with open(sys.argv[1]) as handle:
        main(json.load(handle))
