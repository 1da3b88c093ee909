"""Runs commands, queries PostgreSQL, prints messages, and fails."""
import os
import subprocess
import sys


class Failure(Exception):
    """What failed, and the end of its output. The command exits with 1."""


class Refusal(Failure):
    """The request is impossible; nothing was touched. The command exits with 2."""


def say(line):
    print(line, flush=True)


def _identity(user):
    """Switches from root to another user without PAM, a session or a logged command line."""
    return {"user": user, "group": user, "extra_groups": []} if user and os.getuid() == 0 else {}


def attempt(argv, *, user=None, stdin=None, timeout=None, environment=None):
    """Runs a command to its end. Returns exit status, stdout and stderr; 124, as timeout(1), if it does not end in time."""
    try:
        done = subprocess.run(argv, cwd="/", input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout,
                              env={**os.environ, **(environment or {})}, **_identity(user))
    except subprocess.TimeoutExpired:
        return 124, "", f"timed out after {timeout} s"
    return done.returncode, done.stdout, done.stderr


def must(argv, *, user=None, stdin=None, timeout=None, environment=None):
    """Runs a command that must not fail; returns its stdout."""
    code, stdout, stderr = attempt(argv, user=user, stdin=stdin, timeout=timeout, environment=environment)
    if code != 0:
        raise Failure(f"{argv[0]} failed (exit {code})\n{tail(stderr or stdout)}")
    return stdout


def stream(argv, on_line, *, user=None, inherits=()):
    """Runs a command that may not fail; passes each line of its output, including errors, to `on_line`. It `inherits` these descriptors."""
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


# Has the rights of a database's owner, and no more. Objects that the application may have created are never used as superuser: a trigger,
# a default or an index may run anything as its user; `SET ROLE` does not prevent that, since `RESET ROLE` undoes it.
OWNER = "operator"

# A database's owner may set its search path, which must not be trusted. This overrides it.
NAMES = {"PGOPTIONS": "-csearch_path=pg_catalog"}


def _psql(database, socket, port, role):
    return ["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", socket, "-p", str(port), "-U", role, "-d", database]


def psql(sql, database="postgres", socket="/run/postgresql", port=5432, role="postgres"):
    """The result as text, columns separated by tabs. Over the socket; sent as it is, as one transaction: psql does not interpret it."""
    return must([*_psql(database, socket, port, role), "-c", sql], user="postgres", environment=NAMES).rstrip("\n")


def script(path, socket="/run/postgresql", port=5432):
    """Runs one of our files with psql's own commands, as superuser. On standard input: its content appears on no command line."""
    with open(path, encoding="utf8") as file:
        must(_psql("postgres", socket, port, "postgres"), user="postgres", stdin=file.read(), environment=NAMES)


def running(socket="/run/postgresql", port=5432):
    """Whether a server answers there."""
    code, _, _ = attempt(["pg_isready", "-q", "-h", socket, "-p", str(port)], user="postgres", timeout=10)
    return code == 0


def confirmed(question, given):
    """Asks the user; without a terminal, `given` (--yes) is required."""
    if given:
        return True
    if not sys.stdin.isatty():
        raise Refusal("this needs confirmation: add --yes, or run it on a terminal")
    return input(f"{question} Type yes: ").strip() == "yes"
