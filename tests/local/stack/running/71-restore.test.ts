import { data, firstBackup, idle, listed, now, orders, sql, stuckBackup, unscheduled } from "../backups";
import { login, order, type User } from "../session";
import { healthy, on, output, request, type Output } from "../support";

let stack: Output;
let user: User;

unscheduled();
beforeAll(async () => {
  stack = await output();
  user = await login(stack);
  await firstBackup();
}, 240_000);

afterAll(() => data("ringo-backup discard --all --yes"), 60_000);

const restore = (options: string): Promise<string> => on("data", `ringo-backup restore ${options} --yes`);
const titles = async (): Promise<string[]> => (await sql("SELECT title FROM orders_order ORDER BY id")).split("\n").filter(Boolean);

test("a dropped database is restored as it was a second before, and nothing else is lost", async () => {
  const made = [];
  for (const title of ["before the backup", "while it runs", "after it"]) {
    made.push(await order(stack, user, title));
    if (title === "before the backup") await on("data", "systemctl start --no-block ringo-backup@incr.service");
  }
  await idle("ringo-backup@incr.service");
  const before = await orders();
  const moment = await now();
  await sql("DROP DATABASE ringo WITH (FORCE)", "postgres");
  expect((await request(stack, "GET", "/api/health/")).status).toBe(503);

  const restored = await restore(`--time ${moment}`);
  expect(restored).toMatch(/ringo\.public\.orders_order\s+-\s+\d+\s+back/);
  expect(restored).toMatch(/the database was down for \d+\.\d s/);
  expect(await orders()).toBe(before);
  await healthy(stack, 60);
  expect((await order(stack, user, "after the restore")).status).toBe("processed");
  await idle("ringo-backup@full.service");
  expect((await listed()).backups.some(({ type, stop }) => type === "full" && Date.parse(stop) > Date.parse(moment))).toBe(true);
  for (const { id, title } of made) {
    expect((await request(stack, "GET", `/api/v1/orders/${id}/`, { headers: user.authorization })).json().title).toBe(title);
  }
}, 240_000);

test("a scheduled backup is stopped for a restore, and made afterwards", async () => {
  await stuckBackup();
  const before = (await listed()).backups.length;
  expect(await restore("")).toMatch(/^stopping ringo-backup@incr.service; restarted afterwards$/m);
  await idle("ringo-backup@full.service");
  await idle("ringo-backup@incr.service");
  expect((await listed()).backups.slice(before).map(({ type }) => type).sort()).toEqual(["full", "incr"]);
}, 240_000);

test("no empty database is created if the bucket has backups of one", async () => {
  expect(await data("ringo-backup vacant")).toMatchObject({ code: 1, stderr: expect.stringMatching(/the bucket has backups of one[^]*To restore it: .* restore latest/) });
}, 60_000);

test("back, and further back, and to a time on a timeline that a restore has left", async () => {
  await order(stack, user, "kept");
  const first = await now();
  await order(stack, user, "of the second time");
  const second = await now();
  await order(stack, user, "of the third time");
  const third = await now();
  await restore(`--time ${first}`);
  expect((await titles()).at(-1)).toBe("kept");
  await sql("INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'another history')");
  // The second and third time are of the history that has just been left.
  await restore(`--time ${third}`);
  expect((await titles()).slice(-3)).toEqual(["kept", "of the second time", "of the third time"]);
  expect(await sql("SELECT count(*) FROM orders_heartbeat WHERE worker = 'another history'")).toBe("0");
  await restore(`--time ${second}`);
  expect((await titles()).slice(-2)).toEqual(["kept", "of the second time"]);
  await healthy(stack, 60);
}, 240_000);

test("to a named point; and to the newest state, which loses nothing of a running server", async () => {
  await on("data", "ringo-backup point before-the-migration");
  await order(stack, user, "after the point");
  const all = await titles();
  await restore("");
  expect(await titles()).toEqual(all);
  await restore("--point before-the-migration");
  expect(await titles()).toEqual(all.slice(0, -1));
  expect((await listed()).points.map((point) => point.name)).toEqual(["before-the-migration"]);
  await healthy(stack, 60);
}, 240_000);

test("to the newest state despite a backup of an abandoned timeline, and to that backup", async () => {
  await order(stack, user, "kept by both");
  const moment = await now();
  await order(stack, user, "of the history that is left");
  await on("data", "ringo-backup backup incr");
  const left = (await listed()).backups.at(-1)!.label;
  await restore(`--time ${moment}`);
  await order(stack, user, "of the history that goes on");
  await restore("");
  expect((await titles()).slice(-2)).toEqual(["kept by both", "of the history that goes on"]);
  await restore(`--backup ${left}`);
  expect((await titles()).slice(-2)).toEqual(["kept by both", "of the history that is left"]);
  await healthy(stack, 60);
}, 240_000);

test("beside the running database, to look data up", async () => {
  const lost = await order(stack, user, "deleted by mistake");
  const moment = await now();
  await sql(`DELETE FROM orders_order WHERE id = ${lost.id}`);
  const said = await on("data", `ringo-backup restore --aside --time ${moment}`);
  const [, look] = /^ {2}(runuser .* psql .*)$/m.exec(said)!;
  expect(await on("data", `cd /; ${look} -At -c "SELECT title FROM orders_order WHERE id = ${lost.id}"`)).toBe("deleted by mistake\n");
  expect(await sql(`SELECT count(*) FROM orders_order WHERE id = ${lost.id}`)).toBe("0");
  const [aside] = (await listed()).kept.filter(({ path }) => path.includes(".aside-"));
  await on("data", `ringo-backup discard ${aside.path} --yes`);
  expect((await data("pgrep -f ringo-restore")).code).toBe(1);
}, 120_000);

test.each([
  ["a time before the oldest backup", "--time 2001-01-01T00:00:00Z", /before the earliest time that can be restored, \d{4}-/],
  ["a future time", "--time 2999-01-01T00:00:00Z", /is in the future/],
  ["a time without a time zone", "--time 2026-01-01T00:00:00", /has no time zone/],
  ["an invalid time", "--time yesterday", /is not a time; an example is/],
  ["an unknown label", "--backup 20010101-000000F", /there is no backup '20010101-000000F'; there are: \d{8}-/],
  ["an unknown point", "--point nowhere", /there is no point 'nowhere'; there are: before-the-migration/],
  ["an unconfirmed restore", "", /add --yes/],
])("%s is refused, and nothing is touched", async (_name, target, reason) => {
  const postmaster = () => on("data", "head -1 /srv/data/postgresql/17/main/postmaster.pid; ls /srv/data/postgresql/17");
  const before = await postmaster();
  const refused = await data(`ringo-backup restore ${target} </dev/null`);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(reason)]);
  expect(await postmaster()).toBe(before);
}, 30_000);

test("another stack's stanza is refused", async () => {
  const refused = await data("ringo-backup --stanza ringo-production-data restore --yes");
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/stanza, which is ringo-local-data/)]);
});

test("a target without a later transaction, with the server down, fails and changes nothing", async () => {
  await on("data", "systemctl stop postgresql@17-main.service");
  const failed = await data(`ringo-backup restore --time ${await now()} --yes`);
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/never reached: S3 has no transaction after it/)]);
  await on("data", "systemctl start postgresql@17-main.service");
  expect((await on("data", "ls /srv/data/postgresql/17")).split("\n")).toContain("main");
  expect(await on("data", "ls /srv/data/postgresql/17")).not.toMatch(/restoring/);
  await healthy(stack, 60);
}, 120_000);

test("a killed restore leaves the database running, and the next one cleans up after it", async () => {
  const moment = await now();
  await sql("SELECT pg_current_xact_id()");
  // While it recovers, so that a private server is left behind as well.
  const killed = await data(`ringo-backup restore --time ${moment} --yes & restore=$!
until ls -d /srv/data/postgresql/17/main.*/postmaster.pid; do sleep 0.05; done 2>/dev/null
kill -KILL $restore; ls -d /srv/data/postgresql/17/main.*.unfinished`);
  expect(killed.stdout).toMatch(/\.unfinished$/m);
  await healthy(stack, 60);
  const again = await restore(`--time ${moment}`);
  expect(again).toMatch(/removing the files of an interrupted restore/);
  expect((await data("pgrep -f cluster_name=restore")).code).toBe(1);
  await healthy(stack, 60);
}, 120_000);

test("the restore test finds everything; without a backup it fails, also in its metric", async () => {
  // As on Sundays, by a unit that may do little, on a machine where nobody has restored anything since it was booted.
  await on("data", "rm -rf /run/ringo-restore; systemctl start ringo-restore-test.service");
  expect(await on("data", "journalctl --output=cat --unit=ringo-restore-test.service --lines=50")).toMatch(/tables and indexes agree[^]*the backups can be restored/);
  const metric = () => on("data", "grep '^ringo_restore_test_success' /var/lib/prometheus/node-exporter/ringo_restore_test.prom");
  expect(await metric()).toBe("ringo_restore_test_success 1\n");
  const failed = await data("PGBACKREST_REPO1_PATH=/elsewhere ringo-backup test");
  expect(failed.code).not.toBe(0);
  expect(failed.stderr).toMatch(/there is no backup/);
  expect(await metric()).toBe("ringo_restore_test_success 0\n");
  await on("data", "ringo-backup test");
  expect(await on("data", "ls /srv/data/postgresql/17")).not.toMatch(/aside/);
}, 180_000);
