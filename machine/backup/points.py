"""Named points that a restore can go back to."""
import re

from backup import times
from backup.shell import Failure, Refusal, psql, running, say

# In the database, so that the list is part of the WAL: a restored machine knows the points that it can still reach.
TABLE = """CREATE TABLE IF NOT EXISTS public.ringo_restore_points (name text PRIMARY KEY, made timestamptz NOT NULL DEFAULT now());"""


def run(_settings, arguments):
    name = arguments.name
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,63}", name):
        raise Refusal(f"{name!r} is not a valid name for a point: use 1 to 63 letters, digits and . _ -")
    if not running():
        raise Failure("PostgreSQL does not answer: a point can only be set on a running server")
    if name in (known["name"] for known in points()):
        raise Refusal(f"there is already a point {name!r}; choose another name")
    # The row first, so that a restore to the point has it in its list.
    psql(f"{TABLE} INSERT INTO public.ringo_restore_points (name) VALUES ('{name}');")
    psql(f"SELECT pg_create_restore_point('{name}'); SELECT pg_switch_wal();")
    say(f"point {name} set at {times.show(times.now())}")
    return 0


def points():
    """The points by age; none if PostgreSQL does not answer."""
    if not running():
        return []
    if psql("SELECT to_regclass('public.ringo_restore_points') IS NULL") == "t":
        return []
    rows = psql("SELECT name, extract(epoch FROM made)::bigint FROM public.ringo_restore_points ORDER BY made").splitlines()
    return [{"name": name, "time": times.show(times.of(int(made)))} for name, made in (row.split("\t") for row in rows)]
