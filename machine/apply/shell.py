"""Running commands, saying what was done, and failing. Every word that is printed goes through `strike`."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

# Only tests set it: where the machine's root is.
ROOT = os.environ.get("RINGO_ROOT", "")
# A filter with the rules of the logs (machine/logs/scrubber.ts).
SCRUB = "/usr/local/lib/ringo/scrub"

# How long a command whose time is over may take to end by itself.
PATIENCE = 10

_secrets = []
_changes = 0


class Failure(Exception):
    """What could not be done, and the last that was heard of it."""


def at(path):
    return ROOT + path


def keep_secret(values):
    """Strikes these out of everything printed from now on: as they are, as URLs and JSON write them, and line by line."""
    spellings = set()
    for value in values:
        lines = [line for line in value.splitlines() if len(line) >= 8]
        for text in [value, value.strip(), *lines]:
            spellings |= {text, urllib.parse.quote(text, safe=""), json.dumps(text)[1:-1]}
    # The longest first: one may be part of another.
    _secrets[:] = sorted(spellings - {""}, key=len, reverse=True)


def strike(text):
    for secret in _secrets:
        text = text.replace(secret, "[secret]")
    return text


def out(line, stream=None):
    try:
        print(strike(line), file=stream or sys.stdout, flush=True)
    except OSError:
        pass  # Nobody listens any more; what was begun is still finished.


def did(line):
    """Says one thing that changed on the machine."""
    global _changes
    _changes += 1
    out(line)


def changes():
    return _changes


def tail(text, lines=15):
    """The end of what a command said of its failure, as it may be shown to whoever deploys."""
    # Struck before it is cut: a secret of several lines must not survive by half.
    return "\n".join("    " + line for line in _scrub(strike(text).strip().splitlines()[-lines:]))


def _scrub(lines):
    """Without personal data, which a failed migration or a container names as freely as logs do."""
    if not os.path.exists(at(SCRUB)):
        return lines  # The machine is new: there are no customers on it.
    try:
        said = "".join(line + "\n" for line in lines).encode(errors="replace")
        return subprocess.run(["perl", at(SCRUB)], input=said, check=True, capture_output=True, timeout=60).stdout.decode().splitlines()
    except (OSError, subprocess.SubprocessError) as error:
        return ["(not shown: %s could not take personal data out of it: %s)" % (SCRUB, type(error).__name__)]


def run(argv, timeout=300, environment=None):
    """Runs a command without a terminal or stdin, in its own process group. Gives exit code, stdout and stderr."""
    # Files, not pipes: a daemon that the command leaves behind may hold its output open for ever.
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True,
                                   env={**os.environ, **(environment or {})})
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            code = None
        texts = []
        for stream in (stdout, stderr):
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
        if code is None:
            texts[1] += "\ntimed out after %d s" % timeout
            code = 124
        return code, texts[0], texts[1]


def _end(process):
    """Asks a command's whole group to end, and makes it: `docker run` that is killed leaves its container running."""
    deadline = time.monotonic() + PATIENCE
    os.killpg(process.pid, signal.SIGTERM)
    try:
        while time.monotonic() < deadline:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # All of it is gone.
    process.wait()


def must(what, argv, timeout=300, environment=None):
    """Runs a command that may not fail; gives its stdout."""
    code, stdout, stderr = run(argv, timeout, environment)
    if code != 0:
        raise Failure("%s (exit %d)\n%s" % (what, code, tail(stdout + "\n" + stderr)))
    return stdout


def until(what, command, timeout):
    """Repeats a shell command until it succeeds or the time is over, ever less often."""
    deadline = time.monotonic() + timeout
    pause = 0.1
    while True:
        left = deadline - time.monotonic()
        code, stdout, stderr = run(["sh", "-c", command], max(left, 1))
        if code == 0:
            return
        if time.monotonic() + pause >= deadline:
            raise Failure("%s: not so within %d s (exit %d)\n%s" % (what, timeout, code, tail(stdout + "\n" + stderr)))
        time.sleep(pause)
        pause = min(2 * pause, 2)
