"""How many rows each table has."""
from backup.shell import psql

# The application's own tables. A count that would take longer than this is PostgreSQL's estimate instead.
PATIENCE = "20s"

TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"""


def rows(databases, socket="/run/postgresql", port=5432):
    """{database.table: (count, exact)} of every table of these databases that are there."""
    there = psql("SELECT datname FROM pg_database WHERE datconnlimit <> -2", socket=socket, port=port).splitlines()
    found = {}
    for database in databases:
        if database not in there:
            continue
        for table in psql(TABLES, database, socket, port).splitlines():
            found[f"{database}.{table}"] = _count(table, database, socket, port)
    return found


def _count(table, database, socket, port):
    answer = psql(f"""SET statement_timeout = '{PATIENCE}';
DO $$ BEGIN PERFORM set_config('ringo.rows', (SELECT count(*) FROM {table})::text, false); PERFORM set_config('ringo.exact', 't', false);
EXCEPTION WHEN query_canceled THEN
  PERFORM set_config('ringo.rows', (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = '{table}'::regclass)::text, false);
  PERFORM set_config('ringo.exact', 'f', false); END $$;
SELECT current_setting('ringo.rows'), current_setting('ringo.exact');""", database, socket, port)
    count, exact = answer.split("\t")
    return int(count), exact == "t"


def compared(before, after):
    """A line for each table: what it had, and what it has. `before` is None where nobody could be asked."""
    lines = []
    for table in sorted({*(before or {}), *after}):
        old, new = (before or {}).get(table), after.get(table)
        change = "" if before is None or old == new else "  changed" if old and new else "  gone" if old else "  back"
        lines.append(f"  {table:50} {_show(old) if before is not None else '':>12} {_show(new):>12}{change}")
    return lines


def _show(count):
    return "-" if count is None else f"{'' if count[1] else '~'}{count[0]}"
