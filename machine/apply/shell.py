"""Runs commands, reports what was done, and fails. All output goes through `strike`."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

# The machine's root directory; set by tests only.
ROOT = os.environ.get("RINGO_ROOT", "")
# A filter with the same rules as the logs (machine/logs/scrubber.ts).
SCRUB = "/usr/local/lib/ringo/scrub"

# How long a command that timed out may take to exit by itself.
PATIENCE = 10

_secrets = []
_changes = 0


class Failure(Exception):
    """What failed, and the end of its output."""


def at(path):
    return ROOT + path


def keep_secret(values):
    """Redacts these in everything printed from now on: as they are, as in URLs and JSON, and line by line."""
    spellings = set()
    for value in values:
        lines = [line for line in value.splitlines() if len(line) >= 8]
        for text in [value, value.strip(), *lines]:
            spellings |= {text, urllib.parse.quote(text, safe=""), json.dumps(text)[1:-1]}
    # Longest first, since one may be part of another.
    _secrets[:] = sorted(spellings - {""}, key=len, reverse=True)


def strike(text):
    for secret in _secrets:
        text = text.replace(secret, "[secret]")
    return text


def out(line, stream=None):
    try:
        print(strike(line), file=stream or sys.stdout, flush=True)
    except OSError:
        pass  # The connection is lost; the apply still finishes.


def did(line):
    """Reports one change of the machine."""
    global _changes
    _changes += 1
    out(line)


def changes():
    return _changes


def tail(text, lines=15):
    """The end of a failed command's output, without secrets and personal data."""
    # Redacted before it is cut, so that no part of a multi-line secret survives.
    return "\n".join("    " + line for line in _scrub(strike(text).strip().splitlines()[-lines:]))


def _scrub(lines):
    """Removes personal data, which a failed migration or a container prints as freely as logs do."""
    if not os.path.exists(at(SCRUB)):
        return lines  # The machine is new: it has no personal data.
    try:
        said = "".join(line + "\n" for line in lines).encode(errors="replace")
        return subprocess.run(["perl", at(SCRUB)], input=said, check=True, capture_output=True, timeout=60).stdout.decode().splitlines()
    except (OSError, subprocess.SubprocessError) as error:
        return ["(not shown: %s could not remove personal data: %s)" % (SCRUB, type(error).__name__)]


def run(argv, timeout=300, environment=None):
    """Runs a command without a terminal or stdin, in its own process group. Returns exit code, stdout and stderr."""
    # Files, not pipes: a daemon that the command leaves behind may keep its output open forever.
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
    """Terminates a command's whole process group, then kills it: a killed `docker run` would leave its container running."""
    deadline = time.monotonic() + PATIENCE
    os.killpg(process.pid, signal.SIGTERM)
    try:
        while time.monotonic() < deadline:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # The whole group is gone.
    process.wait()


def must(what, argv, timeout=300, environment=None):
    """Runs a command that must not fail; returns its stdout."""
    code, stdout, stderr = run(argv, timeout, environment)
    if code != 0:
        raise Failure("%s (exit %d)\n%s" % (what, code, tail(stdout + "\n" + stderr)))
    return stdout


def until(what, command, timeout):
    """Repeats a shell command, with growing pauses, until it succeeds or time is up."""
    deadline = time.monotonic() + timeout
    pause = 0.1
    while True:
        left = deadline - time.monotonic()
        code, stdout, stderr = run(["sh", "-c", command], max(left, 1))
        if code == 0:
            return
        if time.monotonic() + pause >= deadline:
            raise Failure("%s: not fulfilled within %d s (exit %d)\n%s" % (what, timeout, code, tail(stdout + "\n" + stderr)))
        time.sleep(pause)
        pause = min(2 * pause, 2)
