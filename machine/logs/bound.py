"""Keeps Loki's disk bounded: shortens how long lines are kept when they take more than they may, and lengthens it again.

logs_bound.py SETTINGS, a JSON object: `data` (what is measured), `overrides` (what Loki reads anew every minute), `days`,
`bytes`, `owner`. Loki itself removes what is older, some hours later; it keeps a day at least.
"""
import json
import os
import sys
import time

LEAST_HOURS = 24
# Above the first share of the limit lines are kept shorter, below the second longer; in between nothing changes.
FULL, ROOMY = 0.9, 0.7


def hours(now, most, used, allowed):
    """How long to keep lines, if they were kept for `now` hours and use `used` bytes."""
    if used > FULL * allowed:
        now = int(now * 0.9)
    elif used < ROOMY * allowed:
        now = int(now * 1.1) + 1
    return max(LEAST_HOURS, min(most, now))


def chunks(path):
    """Status of each file; those that Loki removes meanwhile are not counted."""
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                yield os.stat(os.path.join(folder, name))
            except FileNotFoundError:
                pass


def oldest_hours(path, now):
    """The age of the oldest chunk: keeping longer than that has no effect."""
    return int((now - min((chunk.st_mtime for chunk in chunks(path)), default=now)) / 3600) + 1


def size(path):
    return sum(chunk.st_blocks * 512 for chunk in chunks(path))


def kept(overrides, most):
    try:
        with open(overrides, encoding="utf-8") as file:
            return int(json.load(file)["overrides"]["fake"]["retention_period"].rstrip("h"))
    except (OSError, ValueError, KeyError):
        return most


def write(path, text, owner=None):
    temporary = path + ".new"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(temporary, 0o644)
    if owner is not None:
        os.chown(temporary, owner, owner)
    os.replace(temporary, path)


def main(settings):
    most, used = settings["days"] * 24, size(settings["data"])
    now = kept(settings["overrides"], most)
    if used > FULL * settings["bytes"]:
        now = min(now, oldest_hours(settings["data"], time.time()))
    wanted = hours(now, most, used, settings["bytes"])
    # What is cut short, and nothing else: so more days, asked for later, hold at once.
    cut = {"fake": {"retention_period": "%dh" % wanted}} if wanted < most else {}
    write(settings["overrides"], json.dumps({"overrides": cut}) + "\n", settings["owner"])
    write(settings["metrics"], "ringo_logs_kept_seconds %d\nringo_logs_wanted_seconds %d\nringo_logs_bytes %d\n" % (wanted * 3600, most * 3600, used))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        main(json.load(file))
