"""Points in time, always with their zone."""
from datetime import datetime, timezone

from backup.shell import Refusal


def now():
    return datetime.now(timezone.utc)


def of(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)


def parse(text):
    """ISO 8601 with its zone: a time without one means something else on every machine."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{text!r} is no time; one is 2026-11-24T09:30:00Z") from None
    if time.tzinfo is None:
        raise Refusal(f"{text!r} has no zone: is it 2026-11-24T09:30:00Z or 2026-11-24T09:30:00+03:00?")
    return time.astimezone(timezone.utc)


def show(time):
    """To the second, as `parse` takes it; None stays None."""
    return None if time is None else time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def repository(time):
    """As pgBackRest's --repo-target-time takes it; None stays None."""
    return None if time is None else time.strftime("%Y-%m-%d %H:%M:%S+00")
