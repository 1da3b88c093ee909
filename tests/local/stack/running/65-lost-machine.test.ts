import { deleteDroplet } from "../../../../local/cloud/droplet";
import { load } from "../../../../local/cloud/state";
import { deleteVolume, detachVolume } from "../../../../local/cloud/volume";
import { data, firstBackup, listed, sql } from "../backups";
import { login, order, type User } from "../session";
import { configure, restoreSettings } from "../settings";
import { eventually, make, on, output, request, type Output } from "../support";

let stack: Output;
let user: User;
beforeAll(async () => {
  stack = await output();
  user = await login(stack);
  await firstBackup();
}, 180_000);
afterAll(restoreSettings);

/** As when a rack burns down: nobody has told the program. */
async function lose(): Promise<void> {
  const droplet = Object.values(load().droplets).find(({ name }) => name === "ringo-local-data")!;
  const volume = Object.values(load().volumes).find(({ name }) => name === "ringo-local-data")!;
  await deleteDroplet(droplet.id);
  if (load().volumes[volume.id].dropletId !== undefined) await detachVolume(volume.id, droplet.id);
  await deleteVolume(volume.id);
}

const orders = () => sql("SELECT count(*) || ' ' || md5(string_agg(o::text, ',' ORDER BY id)) FROM orders_order o");

test("the data machine and its volume are lost: up says so and makes no empty database; with `restore` all is back", async () => {
  await order(stack, user, "the last one");
  await on("worker-0", "docker exec ringo-worker sh -c 'echo precious > /app/media/precious.txt'");
  await on("data", "systemctl start ringo-media-backup.service");
  await sql("SELECT pg_switch_wal()");
  await eventually("the WAL is in S3", async () => (await listed()).wal.waiting === 0, 60);
  const before = await orders();
  const written = Date.now();
  await lose();

  const refused = await make("up", { REFRESH: "1" });
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/this machine has no database, and the bucket has backups of one[^]*config set restore latest/);

  configure({ restore: "latest" });
  const began = Date.now();
  const up = await make("up");
  expect([up.code, up.stderr]).toEqual([0, expect.stringMatching(/Up in/)]);
  await eventually("health", async () => (await request(stack, "GET", "/api/health/")).status === 200, 60);
  process.stdout.write(`RTO: ${((Date.now() - began) / 1000).toFixed(1)} s from the command to a healthy application; RPO: 0 s of what had been archived `
    + `(WAL goes out after 60 s at the latest; the loss was ${((began - written) / 1000).toFixed(1)} s after the last order)\n`);
  expect(await orders()).toBe(before);
  expect((await order(stack, user, "after the loss")).status).toBe("processed");
  expect(await on("edge", "cat /srv/ringo/media/precious.txt")).toBe("precious\n");

  restoreSettings();
  expect((await make("up")).code).toBe(0);
  expect(await orders()).not.toBe("0 ");
  // The machine that came back is archiving, in the history that the restore began.
  await on("data", "ringo-backup backup incr");
  expect(await on("data", "ringo-backup test")).toMatch(/the backups can be restored/);
}, 900_000);

test("the key of the backups is changed with no gap, and the old one ends", async () => {
  const key = async () => (await on("data", "grep -oP '(?<=repo1-s3-key=).*' /etc/pgbackrest/pgbackrest.conf; sha256sum /etc/pgbackrest/pgbackrest.conf")).trim();
  const before = await key();
  const failures = async () => (await listed()).wal.failed;
  const failed = await failures();
  await on("data", "cp -p /etc/pgbackrest/pgbackrest.conf /etc/pgbackrest/old.conf");
  const rotated = await make("rotate-backup-key");
  expect([rotated.code, rotated.stderr]).toEqual([0, expect.stringContaining("backups.keyGeneration is ")]);
  expect(await key()).not.toBe(before);
  await on("data", "ringo-backup backup incr");
  expect(await failures()).toBe(failed);
  const old = await data("sleep 1.5; PGBACKREST_CONFIG=/etc/pgbackrest/old.conf ringo-backup list; rm /etc/pgbackrest/old.conf");
  expect(old.stderr).toMatch(/InvalidAccessKeyId/);
}, 300_000);
