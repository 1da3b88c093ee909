"""Backups and restore tests that systemd started are stopped for a restore or a change of settings."""
import contextlib

from backup.shell import must, say

DATABASE = ["ringo-backup@*.service", "ringo-restore-test.service"]
MEDIA = "ringo-media-backup.service"


@contextlib.contextmanager
def paused(*patterns):
    """
    Stops those of these units that are running, and starts them again after the body, even if it fails: an outage does not wait for a backup, and
    a failed restore does not cost the nightly one. What a person started by hand is left alone.
    """
    listed = must(["systemctl", "list-units", "--plain", "--no-legend", "--state=activating", *patterns])
    units = [line.split()[0] for line in listed.splitlines()]
    if units:
        say(f"stopping {' and '.join(units)}; restarted afterwards")
        must(["systemctl", "stop", *units])
    try:
        yield
    finally:
        if units:
            must(["systemctl", "start", "--no-block", *units])
