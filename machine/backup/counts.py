"""How many rows each table has."""
import json

from backup.shell import OWNER, psql

# The application's own tables, by OID: their names are untrusted, and never become part of a statement.
TABLES = """SELECT coalesce(json_agg(json_build_array(c.oid::bigint, format('%I.%I', nspname, relname)) ORDER BY nspname, relname), '[]')
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p') AND relpersistence <> 't' AND nspname NOT IN ('pg_catalog', 'information_schema') AND has_table_privilege(c.oid, 'SELECT')"""

# If a count would take longer than this, or row security applies, PostgreSQL's estimate is used instead.
PATIENCE = "20s"


def rows(databases, socket="/run/postgresql", port=5432):
    """{database.table: (count, exact)} of every table of those of these databases that exist."""
    there = psql("SELECT datname FROM pg_database WHERE datconnlimit <> -2", socket=socket, port=port).splitlines()
    found = {}
    for database in databases:
        if database not in there:
            continue
        for oid, table in json.loads(psql(TABLES, database, socket, port, OWNER)):
            found[f"{database}.{_readable(table)}"] = _count(int(oid), database, socket, port)
    return found


def _count(oid, database, socket, port):
    answer = psql(f"""SET statement_timeout = '{PATIENCE}'; SET row_security = off;
DO $$ DECLARE counted bigint; BEGIN
  EXECUTE format('SELECT count(*) FROM %s', {oid}::regclass) INTO counted;
  PERFORM set_config('ringo.rows', counted::text, false), set_config('ringo.exact', 't', false);
EXCEPTION WHEN query_canceled OR insufficient_privilege THEN
  PERFORM set_config('ringo.rows', greatest(reltuples, 0)::bigint::text, false), set_config('ringo.exact', 'f', false) FROM pg_class WHERE oid = {oid};
END $$;
SELECT current_setting('ringo.rows'), current_setting('ringo.exact');""", database, socket, port, OWNER)
    count, exact = answer.split("\t")
    return int(count), exact == "t"


def _readable(name):
    """On one line, whatever it contains."""
    return "".join(char if char.isprintable() and char != "\\" else char.encode("unicode_escape").decode() for char in name)


def compared(before, after):
    """A line for each table: its rows before and after. `before` is None if they could not be counted."""
    lines = []
    for table in sorted({*(before or {}), *after}):
        old, new = (before or {}).get(table), after.get(table)
        change = "" if before is None or old == new else "  changed" if old and new else "  gone" if old else "  back"
        lines.append(f"  {table:50} {_show(old) if before is not None else '':>12} {_show(new):>12}{change}")
    return lines


def _show(count):
    return "-" if count is None else f"{'' if count[1] else '~'}{count[0]}"
