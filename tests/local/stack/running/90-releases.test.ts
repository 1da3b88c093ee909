import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { inState, projectDir } from "../../../../local/paths";
import { serviceNames } from "../../../../local/services/dns";
import { sentryRecords } from "../../../../local/services/sentry";
import type { Deploy, Release } from "../../../../local/services/sentry/server";
import { active } from "../alerts";
import { ask, everywhere } from "../inside";
import { follow } from "../runbook";
import { login, order, trading, type User } from "../session";
import { eventually, healthy, make, on, output, request, run, type Finished, type Output } from "../support";

const example = path.join(projectDir, "examples", "backend");
let stack: Output;
let another: string;
let user: User;
/** Of a customer's order, until the other release empties it. */
const phone = "+79990001122";

beforeAll(async () => {
  stack = await output();
  user = await login(stack);
  another = path.join(fs.mkdtempSync(path.join(tmpdir(), "ringo-backend-")), "backend");
  fs.cpSync(example, another, { recursive: true, preserveTimestamps: true });
  fs.appendFileSync(path.join(another, "manage.py"), "# Another release.\n");
  fs.appendFileSync(path.join(another, "orders", "tasks.py"), `

@shared_task(name="orders.invoice")
def invoice(order_id):
    pass
`);
  // Another name for each run: the database remembers it.
  fs.writeFileSync(path.join(another, "orders", "migrations", `${Date.now()}_lock.py`), `from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunSQL("LOCK TABLE orders_order", migrations.RunSQL.noop), migrations.RunSQL("UPDATE orders_order SET phone = ''", migrations.RunSQL.noop)]
`);
  const called = await request(stack, "POST", "/api/v1/orders/", { json: { title: "of one who calls", amount: "1.00", phone }, headers: user.authorization });
  ofCustomer = called.json().id as number;
});
afterAll(async () => {
  await back();
  await make("up", { BACKEND: example }); // also where a test has failed: the stack would remember a directory that is gone
  fs.rmSync(path.dirname(another), { recursive: true });
}, 300_000);

// systemd-resolved reads the file, too, and looks for a newer one every two seconds at most.
const back = () => ask("monitor", `sed -i '/${serviceNames.sentry}/d' /etc/hosts; timeout 10 sh -c "while getent hosts ${serviceNames.sentry} | grep -q '^127\\.'; do sleep 0.1; done"`);
const told = (): Record<string, Release> => JSON.parse(fs.readFileSync(sentryRecords(), "utf8")) as Record<string, Release>;
const deploys = (version: string): Deploy[] => told()[version]?.deploys ?? [];
/** What the containers of every role call their release. */
const running = async (): Promise<string[]> => {
  const names = { "api-0": "ringo-api", "api-1": "ringo-api", "worker-0": "ringo-worker ringo-beat" };
  const lines = await Promise.all(Object.entries(names).map(([machine, containers]) =>
    ask(machine, `docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' ${containers} | grep ^SENTRY_RELEASE= | cut -d = -f 2-`)));
  return [...new Set(lines.join("\n").split("\n"))];
};
let ofCustomer: number;
const phoneNow = async () => (await request(stack, "GET", `/api/v1/orders/${ofCustomer}/`, { headers: user.authorization })).json().phone as string;
let rolledOut: Finished;
let began: number;
let ended: number;
let first: string;
let second: string;

test("the running release is registered, finalized and deployed", async () => {
  const releases = await running();
  expect(releases).toEqual([expect.stringMatching(/^backend@[0-9a-f]{64}$/)]);
  [first] = releases as [string];
  expect(told()[first]).toMatchObject({ projects: ["backend"], dateReleased: expect.any(String), deploys: expect.arrayContaining([expect.objectContaining({ environment: "local" })]) });
});

/** A transaction that has read the orders, and goes on for fifteen seconds when somebody waits to have them for himself. */
const reading = () => on("data", `cd / && runuser -u postgres -- psql -XqAt -v ON_ERROR_STOP=1 -U operator ringo >/dev/null <<'SQL'
BEGIN;
SELECT count(*) FROM orders_order;
DO $$ BEGIN
  FOR i IN 1..1200 LOOP
    EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'orders_order'::regclass AND mode = 'AccessExclusiveLock');
    PERFORM pg_sleep(0.1);
  END LOOP;
  PERFORM pg_sleep(15);
END $$;
COMMIT;
SQL`);

test("a roll-out that rotates the passwords, and whose migration waits for a long transaction, fails and delays no request, and afterwards the former passwords are invalid", async () => {
  await on("data", "cd /etc/ringo; umask 077; cp postgresql/pgpass /run/former.pgpass; cp redis/ringo.password /run/former.redis");
  const postgres = (file: string) => on("data", `IFS=: read -r host port db name rest < ${file}
    PGPASSFILE=${file} psql -X -w -At -c 'SELECT session_user, current_user' "host=$host user=$name dbname=$db sslmode=require" 2>&1 || true`);
  const redis = (file: string) => on("data", `{ printf 'AUTH ringo '; cat ${file}; } | redis-cli`);
  const former = await postgres("/run/former.pgpass");
  expect([former, await redis("/run/former.redis")]).toEqual([expect.stringMatching(/^ringo(_b)?\|ringo\n$/), "OK\n"]);

  const answers = await trading(stack, user, async () => {
    began = Date.now();
    [rolledOut] = await Promise.all([make("rotate-passwords", { BACKEND: another }), reading()]);
    ended = Date.now();
  });
  expect([rolledOut.code, rolledOut.stderr]).toEqual([0, expect.stringContaining("passwordGeneration is ")]);
  expect(answers.length).toBeGreaterThan(20);
  expect([...new Set(answers)].sort()).toEqual(["GET 200", "POST 201"]);

  expect(await postgres("/run/former.pgpass")).toMatch(/password authentication failed for user "ringo(_b)?"/);
  expect(await redis("/run/former.redis")).toMatch(/^WRONGPASS/);
  // What the new one makes belongs to the database's owner, as everything before.
  expect(await postgres("/etc/ringo/postgresql/pgpass")).toBe(former.startsWith("ringo|") ? "ringo_b|ringo\n" : "ringo|ringo\n");
  await on("data", "rm /run/former.pgpass /run/former.redis");
  expect((await order(stack, user, "after the change")).status).toBe("processed");
}, 300_000);

test("a restart of Redis during a roll-out keeps the former password valid, and one afterwards does not revive it", async () => {
  const answers = async (...commands: string[]): Promise<string[]> => (await on("data", `set -e
as() { { printf 'AUTH ringo '; cat "$1"; } | redis-cli; }
script=/usr/local/lib/ringo/redis-users password=/etc/ringo/redis/ringo.password acl=/etc/redis/users.acl
${commands.join("\n")}`)).split("\n").filter(Boolean).map((line) => line.split(" ")[0]!);
  const both = "as $password; as /run/made-up";
  try {
    // As the apply does, with the service's restart before the file is read in.
    expect(await answers(
      "cp -p $acl /run/users.acl; umask 077; echo made-up >/run/made-up",
      `sed -i "s/^user ringo on #[0-9a-f]*/user ringo on #$(printf made-up | sha256sum | cut -d ' ' -f 1)/" $acl`,
      `systemctl restart redis-server; ${both}; $script --load; ${both}; systemctl restart redis-server; ${both}`,
    )).toEqual(Array(6).fill("OK"));
    expect(await answers(`$script --forget; ${both}; systemctl restart redis-server; ${both}`)).toEqual(["WRONGPASS", "OK", "WRONGPASS", "OK"]);
  } finally {
    await answers("mv /run/users.acl $acl; rm /run/made-up; $script --load; $script --forget");
  }
}, 60_000);

test("a roll-out registers its release, and its deploy once it is complete", async () => {
  expect([rolledOut.code, rolledOut.stderr]).toEqual([0, expect.stringContaining("Sentry is told of the deploy")]);
  [second] = (await running()) as [string];
  expect(second).not.toBe(first);
  // The same release was rolled out before, if this test was run before.
  const ours = deploys(second).filter(({ dateFinished }) => Date.parse(dateFinished) >= began);
  expect(ours).toEqual([{ id: expect.any(String), environment: "local", dateStarted: expect.any(String), dateFinished: expect.any(String) }]);
  const times = [began - 1000, Date.parse(ours[0]!.dateStarted!), Date.parse(ours[0]!.dateFinished), ended];
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(told()[second]!.dateReleased).toBe(deploys(second)[0]!.dateFinished);
}, 60_000);

test("if nothing changes, in particular if no backend is named, the same release keeps running and Sentry is told nothing", async () => {
  const before = told();
  const { code, stderr } = await make("up");
  expect([code, stderr]).toEqual([0, expect.stringContaining(`the backend is ${another}\n`)]);
  expect(stderr).toMatch(/Up in .*\(\d+ same\)/);
  expect(await running()).toEqual([second]);
  await ask("monitor", "systemctl start ringo-sentry.service");
  expect(told()).toEqual(before);
}, 120_000);

test("the runbook reverts it, including the data it emptied and the tasks it queued; if Sentry is down the roll-out stands with a warning, an alert fires, and Sentry is told later", async () => {
  const before = deploys(first).length;
  expect(await phoneNow()).toBe("");
  const since = await order(stack, user, "since the bad release");
  await on("worker-0", "docker exec ringo-worker celery -A ringo_backend call orders.invoice --args='[42]' --countdown=3600 --queue=orders");
  // `make up` would start the one there is: for this machine it is at another address.
  await ask("monitor", `echo '127.0.0.1 ${serviceNames.sentry}' >>/etc/hosts`);
  let said = "";
  await follow("bad-release", {}, (printed) => {
    said += printed;
    const [start] = printed.match(/^\S+Z(?=  succeeded)/gm)?.slice(-1) ?? [];
    const [, day, time] = /^ (\S+) ([\d:]+)\.\d+\+00 +\| orders/m.exec(printed) ?? [];
    const [, stamp] = /main\.aside-(\d{8}T\d{6}Z)/.exec(printed) ?? [];
    const before = day && new Date(Date.parse(`${day}T${time}Z`) - 1000).toISOString().replace(".000Z", "Z");
    return { ...start && { "2026-11-24T17:58:02Z": start }, ...before && { "2026-11-24T17:58:30Z": before }, ...stamp && { "20261124T094502Z": stamp } };
  });
  expect(said).toMatch(/warning: step 'Sentry is told of the deploy'[^]*Sentry was not told of backend@[0-9a-f]+; retrying/);
  expect([await running(), await phoneNow()]).toEqual([[first], phone]);
  expect((await request(stack, "GET", `/api/v1/orders/${since.id}/`, { headers: user.authorization })).status).toBe(200);
  await healthy(stack, 60);
  await eventually("the alert", async () => (await active()).includes("UnitFailed"), 90);
  const finished = Number(await ask("monitor", "stat -c %Y /etc/ringo/sentry/deploy"));

  await back();
  // What the timer does; it would take five minutes.
  expect(await ask("monitor", "systemctl is-active ringo-sentry.timer; systemctl start ringo-sentry.service")).toBe("active");
  expect(deploys(first).slice(before).map(({ dateFinished }) => Date.parse(dateFinished) / 1000)).toEqual([finished]);
  await eventually("no alert", async () => !(await active()).includes("UnitFailed"), 90);
}, 400_000);

test("a roll-out that was interrupted, then reverted, is removed from the machine that it had reached", async () => {
  const before = await running();
  const cut = spawn("make", ["--no-print-directory", "up", `BACKEND=${another}`], { cwd: projectDir, detached: true, stdio: "ignore" });
  const ended = once(cut, "close");
  await eventually("the first API machine has others turn away", async () => (await ask("api-0", "nft list tables")).includes("ringo_away_ringo_api"), 200);
  process.kill(-cut.pid!, "SIGINT"); // all of its processes, as a terminal does
  expect(await ended).not.toEqual([0, null]);
  // The machine goes on to the end of what it was told.
  await eventually("two releases beside each other", async () => (await running()).length === 2, 120);
  expect(await phoneNow()).toBe(""); // what was reversed of its migrations is done again, though its image was here before

  const back = await make("up", { BACKEND: example });
  expect([back.code, back.stderr]).toEqual([0, expect.stringMatching(/~ api-0-api +Command applied/)]);
  expect(await running()).toEqual(before);
}, 600_000);

test("the token is only in root's file: in no output, log, command line or file that others can read", async () => {
  const token = fs.readFileSync(inState("sentry", "token"), "utf8");
  expect(token.length).toBeGreaterThan(40);
  expect(rolledOut.stdout + rolledOut.stderr).not.toContain(token);
  const grep = await run("grep", ["-rlF", "-f", "-", inState("pulumi"), inState("workspace"), inState("services")], { input: token });
  expect([grep.code, grep.stdout]).toEqual([1, ""]);
  // The pattern comes from a root-only file, so that the search itself puts nothing on a command line.
  const found = await ask("monitor", `
    install -m 600 /dev/null /run/pattern; tr -d '\\n' </etc/ringo/sentry/token >/run/pattern; test -s /run/pattern
    find / -xdev -type f -perm /o=r -not -path '/proc/*' -exec grep -lFf /run/pattern {} + || true
    cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -cFf /run/pattern || true
    journalctl --no-pager | grep -cFf /run/pattern || true
    stat -c '%a %U' /etc/ringo/sentry/token; rm /run/pattern`);
  expect(found.split("\n")).toEqual(["0", "0", "600 root"]);
  const elsewhere = await everywhere(stack, "test -e /etc/ringo/sentry/token && echo there || echo none");
  expect(Object.entries(elsewhere).filter(([, text]) => text === "there").map(([name]) => name)).toEqual(["monitor"]);
}, 120_000);
