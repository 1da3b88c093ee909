import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { release } from "../../../machine/backend/release";

const { files, steps } = release({ backend: { image: "backend:1", environment: { variables: { POSTGRES_DB: "orders" }, secrets: [] } }, volume: "one" });
const { path, content, mode } = files!.find((file) => file.path.endsWith("migrate.py"))!;

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ringo-migrate-")); });
afterEach(() => rmSync(folder, { recursive: true }));

/** As much of Django as it uses: every statement is printed, the connection is opened by `connect()`. */
const django = {
  "django/__init__.py": "",
  "django/db/__init__.py": `class OperationalError(Exception): pass
class LockNotAvailable(Exception): pass
class connections:
    close_all = staticmethod(lambda: print("closed"))`,
  "django/db/backends/__init__.py": "",
  "django/db/backends/signals.py": `class connection_created:
    receivers = []
    connect = receivers.append`,
  "backend.py": `from django.db.backends.signals import connection_created
class Cursor:
    __enter__ = lambda self: self
    __exit__ = lambda self, *_: None
    def execute(self, sql, *_): print(sql)
class Connection:
    cursor = Cursor
    execute_wrappers = []
def connect():
    connection = Connection()
    for receiver in connection_created.receivers: receiver(connection=connection, sender=None)
    return lambda sql: connection.execute_wrappers[0](connection.cursor().execute, sql, None, False, {})`,
};

/** What is printed where `manage.py` is this. */
function migrate(program: string) {
  for (const [name, text] of Object.entries({ ...django, "manage.py": program, [`release/migrate.py`]: content.replace("import time\n", "class time: sleep = staticmethod(lambda seconds: print('waits', seconds))\n") })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-B", "release/migrate.py"], { cwd: folder, env: { PYTHONPATH: folder }, encoding: "utf8" });
  return { status, lines: stdout.trim().split("\n"), stderr };
}

const again = (seconds: number) => [`no lock was available within 5s: trying again in ${seconds} s`, "closed", `waits ${seconds}`];
const locked = (times: number) => `import os, sys
from django.db import LockNotAvailable, OperationalError
open("tries", "a").write("x")
if os.path.getsize("tries") <= ${times}:
    raise OperationalError("canceled") from LockNotAvailable()
print(__name__, *sys.argv, __import__("backend").__name__)`;

test("the container gets the program, readable by its user", () => {
  const { command } = steps!.find(({ name }) => name === "migrate")!;
  expect(command).toMatch(new RegExp(` --volume ${path}:${path}:ro .* python ${path}$`));
  expect(mode).toBeUndefined();
});

test("manage.py runs as usual", () => {
  expect(migrate(locked(0))).toEqual({ status: 0, lines: ["__main__ manage.py migrate --noinput backend"], stderr: "" });
});

test("a lock that is not available is retried after ever longer waits, for two minutes at most", () => {
  expect(migrate(locked(2))).toMatchObject({ status: 0, lines: [...again(5), ...again(10), expect.stringMatching(/^__main__/)] });
  rmSync(join(folder, "tries"));
  const { status, lines, stderr } = migrate(locked(100));
  expect([status, stderr]).toEqual([1, expect.stringContaining("OperationalError: canceled")]);
  const waits = lines.filter((line) => line.startsWith("waits ")).map((line) => Number(line.slice("waits ".length)));
  expect(waits.reduce((sum, seconds) => sum + seconds, 0) + 5 * (waits.length + 1)).toBeLessThanOrEqual(120);
});

test("any other failure is immediate", () => {
  expect(migrate("from django.db import OperationalError\nraise OperationalError('no such host')")).toMatchObject({ status: 1, lines: [""] });
  expect(migrate("import sys\nsys.exit(3)")).toMatchObject({ status: 3, lines: [""] });
});

test("locks are waited for only seconds, except by statements that block nobody", () => {
  const statements = ["ALTER TABLE a", "CREATE INDEX CONCURRENTLY i", "ALTER TABLE b"];
  expect(migrate(`import backend\nexecute = backend.connect()\nfor sql in ${JSON.stringify(statements)}: execute(sql)`).lines).toEqual([
    "SET lock_timeout = '5s'", "ALTER TABLE a",
    "SET lock_timeout = 0", "CREATE INDEX CONCURRENTLY i", "SET lock_timeout = '5s'", "ALTER TABLE b",
  ]);
});
