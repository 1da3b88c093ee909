import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { account, change } from "../../../../local/aws/account";
import { enforce, removeKey } from "../../../../local/aws/s3";
import { deleteDroplet } from "../../../../local/cloud/droplet";
import { load } from "../../../../local/cloud/state";
import { deleteVolume, detachVolume } from "../../../../local/cloud/volume";
import { data, firstBackup, leaveLock, listed, now, orders, sql, stolenKey, unscheduled } from "../backups";
import { follow, runbooks } from "../runbook";
import { login, order, type User } from "../session";
import { restoreSettings } from "../settings";
import { eventually, healthy, on, output, request, type Output } from "../support";

/** Values for the runbooks' examples. */
const goodTime = "2026-11-24T09:30:00Z";
const stamp = "20261124T094502Z";

let stack: Output;
let user: User;
unscheduled();
beforeAll(async () => {
  stack = await output();
  user = await login(stack);
  await firstBackup();
}, 240_000);
beforeEach(async () => {
  await data("ringo-backup discard --all --yes");
}, 60_000);
afterEach(restoreSettings);

/** The directory that a step's output names. */
const directory = (printed: string): Record<string, string> => {
  const found = /main\.(?:aside|before)-(\d{8}T\d{6}Z)/.exec(printed);
  return found ? { [stamp]: found[1] } : {};
};
const tested = ["bad-release"]; // where a release is gone back from anyway: 90-releases.test.ts

/** Waits until everything written is in S3. */
async function archived(): Promise<void> {
  await sql("INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'last')");
  await sql("SELECT pg_switch_wal()", "postgres");
  await eventually("the WAL is in S3", async () => (await listed()).wal.waiting === 0, 60);
}

/** As when a rack burns down: nobody has told the program. */
async function lose(names = ["ringo-local-data"]): Promise<void> {
  const of = <T extends { name: string }>(all: Record<string, T>): T[] => Object.values(all).filter(({ name }) => names.includes(name));
  for (const volume of of(load().volumes)) {
    for (const droplet of of(load().droplets)) if (volume.dropletId === droplet.id) await detachVolume(volume.id, droplet.id).catch(() => undefined);
  }
  for (const droplet of of(load().droplets)) await deleteDroplet(droplet.id);
  for (const volume of of(load().volumes)) await deleteVolume(volume.id);
}

/** What becomes of WAL on the data machine: for the reader of a failure, since the machine is gone by then. */
const archiving = (): Promise<string> => on("data", `cd /; runuser -u postgres -- psql -X -c 'SELECT now(), pg_current_wal_lsn(), * FROM pg_stat_archiver' -x
  ls /srv/data/postgresql/17/main/pg_wal/archive_status; tail -n 30 /var/log/pgbackrest/*-archive-push-async.log; tail -n 30 /var/log/postgresql/postgresql-17-main.log`);
const recovery = (): Promise<string> => on("data", `grep -v FATAL /var/log/postgresql/postgresql-17-main.log | head -n 60
  cd /; runuser -u postgres -- pgbackrest --stanza=ringo-local-data info; runuser -u postgres -- pgbackrest repo-ls archive/ringo-local-data --recurse | tail -n 60`);

/** Follows a runbook that replaces the worker. That it had to be killed is no failure, but somebody should see why. */
async function replacingWorker(name: string, values: Record<string, string> = {}): Promise<void> {
  let printed = "";
  await follow(name, values, (output) => {
    printed += output;
    return {};
  });
  if (!printed.includes("warning: container ringo-worker did not stop")) return;
  process.stdout.write(`${name}: the worker was killed: ${await on("worker-0", "journalctl --output=short-precise --lines=60 CONTAINER_NAME=ringo-worker; true")}\n`);
}

function runbook(name: string, body: () => Promise<void>): void {
  tested.push(name);
  test(name, body, 600_000);
}

runbook("lost-row", async () => {
  const lost = await order(stack, user, "A lamp for the hall");
  const moment = await now();
  await sql(`DELETE FROM orders_order WHERE id = ${lost.id}`);
  const others = await order(stack, user, "of those who go on working");
  await follow("lost-row", { [goodTime]: moment }, directory);
  for (const { id } of [lost, others]) expect((await request(stack, "GET", `/api/v1/orders/${id}/`, { headers: user.authorization })).status).toBe(200);
});

runbook("lost-table", async () => {
  await order(stack, user, "in the table");
  const before = await orders();
  const moment = await now();
  await sql("DROP TABLE orders_order CASCADE");
  await follow("lost-table", { [goodTime]: moment }, directory);
  expect(await orders()).toBe(before);
  await healthy(stack, 120);
  expect((await order(stack, user, "after the fix")).status).toBe("processed");
});

runbook("existing-dump", async () => {
  await order(stack, user, "in the old database");
  const before = await orders();
  const dump = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "ringo-dump-")), "old.dump");
  await on("data", `cd / && runuser -u postgres -- pg_dump --format=custom --exclude-extension=pg_stat_statements --exclude-schema=monitor -U operator ringo | base64`).then((text) => fs.writeFileSync(dump, Buffer.from(text, "base64")));
  await sql("DELETE FROM orders_order");
  await follow("existing-dump", { "old.dump": dump });
  fs.rmSync(path.dirname(dump), { recursive: true });
  expect(await orders()).toBe(before);
  expect((await order(stack, user, "in the new one")).status).toBe("processed");
});

runbook("corrupted-wal", async () => {
  await archived();
  const before = await orders();
  await on("data", "systemctl kill --signal=KILL postgresql@17-main.service; sleep 1; cd /srv/data/postgresql/17/main/pg_wal"
    + " && for segment in 0*[0-9A-F]; do dd if=/dev/urandom of=$segment bs=1M count=16 conv=notrunc status=none; done");
  await data("systemctl restart postgresql@17-main.service");
  await follow("corrupted-wal", {}, directory);
  expect(await orders()).toBe(before);
});

runbook("expired-key", async () => {
  const [key] = Object.keys(Object.values(account().users).find(({ arn }) => arn.endsWith("backup-writer"))!.accessKeys);
  await removeKey(key);
  change((state) => Object.values(state.users).forEach((each) => delete each.accessKeys[key]));
  await enforce();
  await sql("INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'waits')");
  await sql("SELECT pg_switch_wal()", "postgres");
  await follow("expired-key");
  await on("data", "ringo-backup backup incr");
});

runbook("full-disk", async () => {
  await on("data", "ringo-backup restore --yes");
  await healthy(stack, 120);
  await data("cd /srv/data && fallocate -l $(($(stat -f -c '%f * %S' .) - 50000000)) ballast; dd if=/dev/zero of=ballast2 bs=1M status=none");
  await data("cd / && runuser -u postgres -- psql -q -U operator ringo -c 'CREATE TABLE ballast AS SELECT * FROM generate_series(1, 5000000)'");
  await follow("full-disk", {}, directory);
  await sql("DROP TABLE IF EXISTS ballast");
  await healthy(stack, 120);
  expect((await order(stack, user, "there is room again")).status).toBe("processed");
  await archived();
});

runbook("full-redis", async () => {
  await on("data", "{ printf 'AUTH operator '; cat /etc/ringo/redis/operator.password; echo CONFIG SET maxmemory 1mb; } | redis-cli");
  await expect(order(stack, user, "there is no memory")).rejects.toThrow(/order: 5/);
  await follow("full-redis");
  expect((await order(stack, user, "there is memory again")).status).toBe("processed");
});

runbook("lost-machine", async () => {
  // Somebody writes all the time, and WAL goes out by itself, for longer than a segment may wait.
  const writing = sql("DO $$ BEGIN FOR i IN 1..65 LOOP INSERT INTO orders_heartbeat (at, worker) VALUES (clock_timestamp(), 'rpo'); COMMIT; PERFORM pg_sleep(1); END LOOP; END $$");
  const others = async (): Promise<void> => {
    await order(stack, user, "the last one");
    await on("worker-0", "docker exec ringo-worker sh -c 'echo precious > /app/media/precious.txt'");
    await on("data", "systemctl start ringo-media-backup.service");
    await leaveLock(); // the machine goes while it prunes
  };
  await Promise.all([writing, others()]);
  const before = await orders();
  const archive = await archiving();
  const lost = Date.now();
  await lose();

  const began = Date.now();
  let healthyAt = 0;
  let followed = false;
  const watching = (async () => {
    while (!followed && healthyAt === 0) {
      if (await request(stack, "GET", "/api/health/").then(({ status }) => status === 200, () => false)) healthyAt = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  try {
    await replacingWorker("lost-machine");
  } finally {
    followed = true; // the last of its commands looks at a working application
    await watching;
  }
  expect(healthyAt).toBeGreaterThan(began);
  const newest = Number(await sql("SELECT extract(epoch FROM max(at)) * 1000 FROM orders_heartbeat WHERE worker = 'rpo'"));
  process.stdout.write(`RPO: ${((lost - newest) / 1000).toFixed(0)} s of steady writing were lost; RTO: ${((healthyAt - began) / 1000).toFixed(0)} s from the first command to a healthy application\n`);
  if (lost - newest > 65_000) throw new Error(`more than a minute was lost; before the loss:\n${archive}\nwhat was restored:\n${await recovery()}`);
  expect(await orders()).toBe(before);
  expect((await order(stack, user, "after the loss")).status).toBe("processed");
  expect(await on("edge", "cat /srv/ringo/media/precious.txt")).toBe("precious\n");
  await on("data", "systemctl start ringo-media-backup.service");
  await on("data", "ringo-backup backup incr"); // in the history that the restore has begun
});

runbook("ransomware", async () => {
  await order(stack, user, "before the thief");
  await archived();
  const before = await orders();
  const passwords = () => on("data", "sha256sum /etc/ringo/postgresql/pgpass /etc/ringo/redis/*.password");
  const role = () => sql("SELECT rolname FROM pg_authid WHERE rolcanlogin AND rolpassword IS NOT NULL", "postgres");
  const [known, former] = [await passwords(), await role()];
  const moment = (await on("data", "sleep 1.5; date -u +%Y-%m-%dT%H:%M:%SZ; sleep 1.5")).trim();

  const { thief, Bucket } = await stolenKey();
  await sql("DROP DATABASE ringo WITH (FORCE)", "postgres");
  const { Contents = [] } = await thief.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents.length).toBeGreaterThan(10);
  await Promise.all(Contents.map(({ Key }, i) => thief.send(i % 2 ? new DeleteObjectCommand({ Bucket, Key }) : new PutObjectCommand({ Bucket, Key, Body: "pay" }))));
  expect((await data("ringo-backup list")).code).not.toBe(0);
  await lose();

  await replacingWorker("ransomware", { [goodTime]: moment });
  await healthy(stack, 120);
  expect(await orders()).toBe(before);
  await expect(thief.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: "InvalidAccessKeyId" });
  expect((await passwords()).split("\n").filter((line) => line && known.includes(line))).toEqual([]);
  expect(["ringo", "ringo_b"].filter((name) => name !== former)).toEqual([await role()]);
  expect((await order(stack, user, "after the thief")).status).toBe("processed");
  await archived();
});

runbook("lost-region", async () => {
  await archived();
  const before = await orders();
  await lose(Object.values(load().droplets).map(({ name }) => name));
  await follow("lost-region");
  stack = await output();
  await healthy(stack, 120);
  expect(await orders()).toBe(before);
  expect(Object.values(load().droplets).map(({ region }) => region)).toEqual(expect.arrayContaining(["ams3"]));
  expect((await order(stack, user, "in another region")).status).toBe("processed");
});

test("every runbook was carried out", () => {
  const written = fs.readdirSync(runbooks).filter((name) => name !== "README.md").map((name) => name.replace(/\.md$/, ""));
  expect(written.sort()).toEqual([...tested].sort());
});
