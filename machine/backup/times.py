"""Points in time, always with a time zone."""
from datetime import datetime, timezone

from backup.shell import Refusal


def now():
    return datetime.now(timezone.utc)


def of(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)


def parse(text):
    """ISO 8601 with a time zone: a time without one means something else on every machine."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{text!r} is not a time; an example is 2026-11-24T09:30:00Z") from None
    if time.tzinfo is None:
        raise Refusal(f"{text!r} has no time zone; examples are 2026-11-24T09:30:00Z and 2026-11-24T09:30:00+03:00")
    return time.astimezone(timezone.utc)


def show(time):
    """To the second, in a format that `parse` accepts; None stays None."""
    return None if time is None else time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def repository(time):
    """In the format of pgBackRest's --repo-target-time; None stays None."""
    return None if time is None else time.strftime("%Y-%m-%d %H:%M:%S+00")
