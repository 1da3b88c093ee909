import { stopService } from "../../../../local/services/supervise";
import { startServices } from "../../../../local/services";
import { data, firstBackup, idle, listed } from "../backups";
import { eventually, on, output, request, type Output } from "../support";

let stack: Output;
/** How long a try lasts while S3 is away, in seconds: nine times this. */
const patience = (seconds: number) => on("data", `sed -i 's/^io-timeout=.*/io-timeout=${seconds}/' /etc/pgbackrest/pgbackrest.conf`);
beforeAll(async () => {
  stack = await output();
  await firstBackup();
  await patience(1);
}, 180_000);
afterAll(() => patience(15));
afterEach(() => startServices(), 60_000);

const metric = async (name: string): Promise<string> => (await on("data", `cat /var/lib/prometheus/node-exporter/ringo_*.prom | grep '^${name}' || true`)).trim();

/** Fills WAL segments, each with a row that must not be lost. */
const segments = (count: number) => on("data", `cd / && for i in $(seq ${count}); do echo "INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'segment $i');"; echo "SELECT pg_switch_wal();"; done | runuser -u postgres -- psql -X -q -At ringo >/dev/null`);

test("while S3 is away the application works, and when it is back all WAL is there", async () => {
  await stopService("s3");
  await segments(5);
  await eventually("WAL waits", async () => Number((await on("data", "ls /srv/data/postgresql/17/main/pg_wal/archive_status/*.ready | wc -l")).trim()) >= 5, 60);
  expect((await request(stack, "GET", "/api/health/")).status).toBe(200);
  const failed = await data("ringo-backup backup incr");
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/error: /)]);
  expect((await data("ringo-backup status")).code).toBe(1);
  expect(await metric("ringo_backup_repository_reachable")).toBe("ringo_backup_repository_reachable 0");
  expect(await metric('ringo_backup_last_run_success{type="incr"}')).toMatch(/ 0$/);
  expect(Number((await metric("ringo_wal_waiting_segments")).split(" ")[1])).toBeGreaterThanOrEqual(5);
  await new Promise((resolve) => setTimeout(resolve, 20_000)); // more than one try of the archiver

  await startServices();
  await eventually("all WAL is in S3", async () => (await listed()).wal.waiting === 0, 150);
  expect(await on("data", "ringo-backup test")).toMatch(/the backups can be restored/);
  expect(await metric("ringo_restore_test_newest_transaction_age_seconds")).toMatch(/ \d{1,2}$/);
}, 400_000);

test("WAL beyond the queue's bound is given up rather than the volume filled, and a backup closes the gap", async () => {
  await stopService("s3");
  await segments(95); // 16 MiB each; a quarter of the volume is 1280 MiB
  await eventually("WAL was given up", async () => (await on("data", "cat /var/log/pgbackrest/*-archive-push-async.log")).includes("dropped WAL file"), 300); // only when the try under way has ended
  expect((await request(stack, "GET", "/api/health/")).status).toBe(200);
  await startServices();
  const before = (await listed()).backups.length;
  await eventually("all WAL that is left is in S3", async () => (await listed()).wal.waiting === 0, 120);
  await on("data", "ringo-backup status; systemctl is-active ringo-backup@incr.service || true");
  await idle("ringo-backup@incr.service");
  expect((await listed()).backups.length).toBeGreaterThan(before);
  expect(await metric("ringo_wal_dropped_timestamp_seconds")).toMatch(/ \d{10}$/);
  expect(await on("data", "ringo-backup test")).toMatch(/the backups can be restored/);
}, 700_000);

test("a backup that is killed leaves nothing that could be taken for one, and the next one works", async () => {
  const before = await listed();
  await on("data", `ringo-backup backup full >/dev/null 2>&1 & backup=$!
until pgrep -x pgbackrest >/dev/null; do sleep 0.05; done; sleep 0.5; pkill -KILL -x pgbackrest; kill -KILL $backup; true`);
  expect((await listed()).backups).toEqual(before.backups);
  await on("data", "ringo-backup backup incr");
  expect((await listed()).backups).toHaveLength(before.backups.length + 1);
}, 120_000);

test("a wrong key, a wrong passphrase and a wrong clock are each named, and nothing is lost", async () => {
  const wrong = async (prefix: string) => {
    const { code, stderr } = await data(`${prefix} ringo-backup list`);
    expect(code).toBe(1);
    return stderr;
  };
  expect(await wrong("PGBACKREST_REPO1_S3_KEY_SECRET=none")).toMatch(/SignatureDoesNotMatch/);
  expect(await wrong("PGBACKREST_REPO1_CIPHER_PASS=none")).toMatch(/unable to load info file|unable to flush|cipher/i);
  await on("data", "DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends faketime >/dev/null 2>&1");
  try {
    expect(await wrong("faketime -f +20m")).toMatch(/RequestTimeTooSkewed/);
  } finally {
    await on("data", "DEBIAN_FRONTEND=noninteractive apt-get purge -qq faketime libfaketime >/dev/null 2>&1");
  }
  await on("data", "ringo-backup list");
}, 120_000);
