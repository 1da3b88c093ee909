"""
`manage.py migrate` that gives way. Who waits for a table's lock keeps everybody waiting who comes after: a migration behind
one long transaction would stop the whole API. So it waits for seconds, and tries again when others have had their turn.
"""
import os
import re
import runpy
import sys
import time

from django.db import OperationalError, connections
from django.db.backends.signals import connection_created

PATIENCE = "5s"
PAUSES = (5, 10, 20, 40)


def bound(connection, **_):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '%s'" % PATIENCE)
    connection.execute_wrappers.append(unbound)


def unbound(execute, sql, params, many, context):
    """An index created CONCURRENTLY waits without blocking others. Aborted, it would be left invalid, and fail the next try."""
    if not re.search(r"\bconcurrently\b", str(sql), re.IGNORECASE):
        return execute(sql, params, many, context)
    execute("SET lock_timeout = 0", None, False, context)
    result = execute(sql, params, many, context)
    execute("SET lock_timeout = '%s'" % PATIENCE, None, False, context)
    return result


# As with `python manage.py`.
sys.path[0] = os.getcwd()
sys.argv = ["manage.py", "migrate", "--noinput"]
connection_created.connect(bound)
for pause in (*PAUSES, None):
    try:
        runpy.run_path("manage.py", run_name="__main__")
        break
    except OperationalError as error:
        if pause is None or type(error.__cause__).__name__ != "LockNotAvailable":
            raise
        print("no lock was available within %s: trying again in %d s" % (PATIENCE, pause), flush=True)
        connections.close_all()
        time.sleep(pause)
