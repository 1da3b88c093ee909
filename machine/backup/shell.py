"""Running commands, asking PostgreSQL, saying what happens, and failing."""
import os
import subprocess
import sys


class Failure(Exception):
    """What could not be done, and the last that was heard of it. Ends the command with 1."""


class Refusal(Failure):
    """What was asked for can't be: nothing was touched. Ends the command with 2."""


def say(line):
    print(line, flush=True)


def _identity(user):
    """Root becomes another user without PAM, a session or a command line that a log would keep."""
    return {"user": user, "group": user, "extra_groups": []} if user and os.getuid() == 0 else {}


def attempt(argv, *, user=None, stdin=None, timeout=None, environment=None):
    """Runs a command to its end. Gives exit status, stdout and stderr."""
    done = subprocess.run(argv, cwd="/", input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout,
                          env={**os.environ, **(environment or {})}, **_identity(user))
    return done.returncode, done.stdout, done.stderr


def must(argv, *, user=None, stdin=None, timeout=None, environment=None):
    """Runs a command that may not fail; gives its stdout."""
    code, stdout, stderr = attempt(argv, user=user, stdin=stdin, timeout=timeout, environment=environment)
    if code != 0:
        raise Failure(f"{argv[0]} failed (exit {code})\n{tail(stderr or stdout)}")
    return stdout


def stream(argv, on_line, *, user=None, inherits=()):
    """Runs a command that may not fail, handing over each line that it prints, errors among them. It `inherits` these descriptors."""
    last = []
    with subprocess.Popen(argv, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", pass_fds=inherits, **_identity(user)) as process:
        try:
            for line in process.stdout:
                last = [*last[-40:], line.rstrip("\n")]
                on_line(last[-1])
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        wrong = [line for line in last if "ERROR" in line or "HINT" in line] or last[-5:]
        raise Failure(f"{argv[0]} failed (exit {process.returncode})\n" + tail("\n".join(wrong)))


def tail(text, lines=15):
    return "\n".join("    " + line for line in text.strip().splitlines()[-lines:])


# Has on this machine what a database's owner has, and no more. Never the superuser where the application may have made what is looked at: a trigger,
# a default or an index may run what it likes as whoever comes across it; and `SET ROLE` is no bar to that, since it is undone by `RESET ROLE`.
OWNER = "operator"

# What whoever owns a database says of where names are looked up in it is nothing to go by. It is this that wins over it.
NAMES = {"PGOPTIONS": "-csearch_path=pg_catalog"}


def _psql(database, socket, port, role):
    return ["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", socket, "-p", str(port), "-U", role, "-d", database]


def psql(sql, database="postgres", socket="/run/postgresql", port=5432, role="postgres"):
    """One answer as text, columns separated by tabs. Over the socket; sent as it is, as one transaction: psql takes nothing in it for its own."""
    return must([*_psql(database, socket, port, role), "-c", sql], user="postgres", environment=NAMES).rstrip("\n")


def script(path, socket="/run/postgresql", port=5432):
    """A file of ours with psql's own commands, as the superuser. From standard input: what is in it shows on no command line."""
    with open(path, encoding="utf8") as file:
        must(_psql("postgres", socket, port, "postgres"), user="postgres", stdin=file.read(), environment=NAMES)


def running(socket="/run/postgresql", port=5432):
    """Does a server answer there?"""
    code, _, _ = attempt(["pg_isready", "-q", "-h", socket, "-p", str(port)], user="postgres", timeout=10)
    return code == 0


def confirmed(question, given):
    """Asks a person; without one, `given` (--yes) must be there."""
    if given:
        return True
    if not sys.stdin.isatty():
        raise Refusal("this needs a yes: add --yes, or run it on a terminal")
    return input(f"{question} Type yes: ").strip() == "yes"
