"""Backups and restore tests that systemd has started give way to a restore, and to other settings."""
import contextlib

from backup.shell import must, say

DATABASE = ["ringo-backup@*.service", "ringo-restore-test.service"]
MEDIA = "ringo-media-backup.service"


@contextlib.contextmanager
def paused(*patterns):
    """
    Stops the units of these that are under way, and starts them again when the body has ended, whichever way: an outage does not wait for a backup, and
    a restore that fails does not cost the night's. What a person has started by hand is left alone.
    """
    listed = must(["systemctl", "list-units", "--plain", "--no-legend", "--state=activating", *patterns])
    units = [line.split()[0] for line in listed.splitlines()]
    if units:
        say(f"stopping {' and '.join(units)}, to be started again afterwards")
        must(["systemctl", "stop", *units])
    try:
        yield
    finally:
        if units:
            must(["systemctl", "start", "--no-block", *units])
