import { DeleteObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { s3 } from "../../../../local/aws/s3";
import { stopService } from "../../../../local/services/supervise";
import { startServices } from "../../../../local/services";
import { data, firstBackup, idle, leaveLock, listed, now, restic, sql, stolenKey, unscheduled } from "../backups";
import { eventually, on, output, request, type Output } from "../support";

let stack: Output;
/** How long a try lasts while S3 is away, in seconds: nine times this. */
const patience = (seconds: number) => on("data", `sed -i 's/^io-timeout=.*/io-timeout=${seconds}/' /etc/pgbackrest/pgbackrest.conf`);
unscheduled();
beforeAll(async () => {
  stack = await output();
  await firstBackup();
  await patience(1);
}, 180_000);
afterAll(() => patience(15));
afterEach(() => startServices(), 60_000);

const metric = async (name: string): Promise<string> => (await on("data", `cat /var/lib/prometheus/node-exporter/ringo_*.prom | grep '^${name}' || true`)).trim();

/** Fills WAL segments, each with a row that must not be lost. */
const segments = (count: number) => on("data", `cd / && for i in $(seq ${count}); do
  runuser -u postgres -- psql -X -q -U operator ringo -c "INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'segment $i')"
  runuser -u postgres -- psql -X -q -c "SELECT pg_switch_wal()" >/dev/null
done`);

const rows = () => sql("SELECT count(*) FROM orders_heartbeat WHERE worker LIKE 'segment %'");

test("while S3 is down the application works, and afterwards all WAL is archived, even a segment without a status file, as on a full volume", async () => {
  const marks = "/srv/data/postgresql/17/main/pg_wal/archive_status";
  await stopService("s3");
  await segments(5);
  await eventually("WAL waits", async () => Number((await on("data", `ls ${marks}/*.ready | wc -l`)).trim()) >= 5, 60);
  expect((await request(stack, "GET", "/api/health/")).status).toBe(200);
  const failed = await data("ringo-backup backup incr");
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/error: /)]);
  expect((await data("ringo-backup status")).code).toBe(1);
  expect(await metric("ringo_backup_repository_reachable")).toBe("ringo_backup_repository_reachable 0");
  expect(await metric('ringo_backup_last_run_success{type="incr"}')).toMatch(/ 0$/);
  expect(Number((await metric("ringo_wal_waiting_segments")).split(" ")[1])).toBeGreaterThanOrEqual(5);
  // A checkpoint would mark it by itself, and is due every five minutes; one that has begun goes on for half a minute.
  await sql("ALTER SYSTEM SET checkpoint_timeout = '1h'", "postgres");
  await sql("SELECT pg_reload_conf()", "postgres");
  await sql("CHECKPOINT", "postgres");
  const unmarked = (await on("data", `ls ${marks} | grep -o '^[0-9A-F]\\{24\\}.ready$' | tail -n 2 | head -n 1`)).trim().slice(0, 24); // not the first, which the archiver is at
  await on("data", `systemctl stop ringo-backup-remind.timer ringo-backup-remind.service; rm ${marks}/${unmarked}.ready`);
  await new Promise((resolve) => setTimeout(resolve, 20_000)); // more than one try of the archiver

  await startServices();
  await eventually("all other WAL is in S3", async () => (await listed()).wal.waiting === 0, 150);
  expect(await on("data", `ls ${marks}`)).not.toContain(unmarked);
  await on("data", "systemctl start ringo-backup-remind.timer ringo-backup-remind.service");
  await eventually("all WAL is in S3", async () => (await on("data", `ls ${marks}`)).includes(`${unmarked}.done`), 60);
  await sql("ALTER SYSTEM RESET checkpoint_timeout", "postgres");
  await sql("SELECT pg_reload_conf()", "postgres");
  expect(await on("data", "ringo-backup test")).toMatch(/the backups can be restored/);
  expect(await metric("ringo_restore_test_newest_transaction_age_seconds")).toMatch(/ \d{1,2}$/);
}, 400_000);

test("WAL beyond the queue's limit is dropped rather than filling the volume, and a backup closes the gap", async () => {
  await stopService("s3");
  await segments(95); // 16 MiB each; a quarter of the volume is 1280 MiB
  await eventually("WAL was given up", async () => (await on("data", "cat /var/log/pgbackrest/*-archive-push-async.log")).includes("dropped WAL file"), 300); // only when the try under way has ended
  expect((await request(stack, "GET", "/api/health/")).status).toBe(200);
  await startServices();
  const before = (await listed()).backups.length;
  await eventually("all WAL that is left is in S3", async () => (await listed()).wal.waiting === 0, 120);
  expect(await on("data", "ringo-backup status")).toMatch(/^WAL segment [0-9A-F]{24} is missing in S3.*Making a backup/m);
  await idle("ringo-backup@incr.service");
  expect((await listed()).backups.length).toBeGreaterThan(before);
  expect(await metric("ringo_wal_missing_timestamp_seconds")).toMatch(/ \d{10}$/);
  expect(await on("data", "ringo-backup test")).toMatch(/the backups can be restored/);
}, 700_000);

test("a restore that would fill the volume is refused, and the application keeps writing", async () => {
  const plan = JSON.parse(await on("data", "ringo-backup plan --json")) as { bytes: number };
  await segments(20);
  // Room for the files, and not for the WAL that is replayed into them.
  await on("data", `fallocate --length $(( $(df --output=avail -B1 /srv/data | tail -n 1) - ${plan.bytes * 2} )) /srv/data/filler`);
  try {
    expect(await data("ringo-backup test")).toMatchObject({ code: 2, stderr: expect.stringMatching(/the volume has .* free, but this needs/) });
    expect(await data("ringo-backup restore --aside --yes")).toMatchObject({ code: 2 });
    await sql("INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'beside a restore')");
  } finally {
    await on("data", "rm /srv/data/filler");
  }
  expect(await on("data", "ringo-backup test")).toMatch(/the backups can be restored/);
}, 120_000);

/** A recovery that asks for WAL or a history does what `when` says before it is answered. */
const unreached = async (when: string, body: () => Promise<void>): Promise<void> => {
  await on("data", `rm -rf /tmp/asked; install -d -m 1777 /tmp/asked; mv /usr/bin/pgbackrest /usr/bin/pgbackrest.real
cat > /usr/bin/pgbackrest <<'SH'
#!/bin/sh
case " $* " in
  *" archive-get "*) for file in "$@"; do case $file in 0*) ${when} ;; esac; done ;;
esac
exec /usr/bin/pgbackrest.real "$@"
SH
chmod 755 /usr/bin/pgbackrest`);
  try {
    await body();
  } finally {
    await idle("ringo-backup@full.service"); // it goes on by the name that it was started by
    await on("data", "mv /usr/bin/pgbackrest.real /usr/bin/pgbackrest");
  }
};
const fails = "{ echo 'ERROR: [049]: unable to connect' >&2; exit 49; }";

test("a recovery to which S3 first answers with errors loses nothing", async () => {
  await idle("ringo-backup@full.service");
  await on("data", "ringo-backup restore --yes; systemctl stop ringo-backup@full.service"); // what follows is in a history of its own
  await segments(6);
  const before = await rows();
  await unreached(`[ -e /tmp/asked/$file ] || { touch /tmp/asked/$file; ${fails}; }`, () => on("data", "ringo-backup restore --yes").then(() => undefined));
  expect(await rows()).toBe(before);
  expect(await metric('ringo_backup_last_run_success{type="full"}')).toMatch(/ 1$/);
}, 240_000);

test("a recovery that S3 does not answer at all replaces nothing", async () => {
  await idle("ringo-backup@full.service");
  const before = await rows();
  await on("data", "sed -i.kept 's/^for pause in .*/for pause in 0; do/' /usr/local/lib/ringo/backup/archive-get");
  try {
    await unreached(`case $file in *.history) ${fails} ;; esac`, async () => {
      const failed = await data("ringo-backup restore --yes");
      expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/cannot be fetched from S3 \(exit 49\)[^]*the previous one runs again/)]);
    });
  } finally {
    await on("data", "mv /usr/local/lib/ringo/backup/archive-get.kept /usr/local/lib/ringo/backup/archive-get");
  }
  expect(await rows()).toBe(before);
  await on("data", "ringo-backup discard --all --yes");
}, 120_000);

/** The keys of all WAL in S3, the newest last. */
async function archivedWal(client: S3Client, Bucket: string): Promise<{ Key: string; segment: string }[]> {
  const keys: { Key: string; segment: string }[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
    keys.push(...Contents.flatMap(({ Key }) => {
      const segment = /\/([0-9A-F]{24})-[0-9a-f]+\.zst$/.exec(Key!)?.[1];
      return segment ? [{ Key: Key!, segment }] : [];
    }));
  }
  return keys.sort((one, other) => (one.segment < other.segment ? -1 : 1));
}

test("WAL deleted in S3 is reported before a restore begins, and by the restore test; a recovery that it stops replaces nothing; a backup follows by itself", async () => {
  const gap = async () => (JSON.parse(await on("data", "ringo-backup plan --json")) as { gap: unknown }).gap;
  await on("data", "ringo-backup backup incr");
  await segments(3);
  await eventually("all WAL is in S3", async () => (await listed()).wal.waiting === 0, 60);
  const before = await rows();
  expect(await gap()).toBeNull();
  const { thief, Bucket } = await stolenKey();
  const { Key, segment } = (await archivedWal(thief, Bucket)).at(-2)!;
  const { VersionId } = await thief.send(new DeleteObjectCommand({ Bucket, Key }));
  try {
    expect(await gap()).toEqual({ first: segment, beyond: 1 });
    expect(await on("data", "ringo-backup plan")).toMatch(new RegExp(`^warning: WAL segment ${segment} is missing in S3: neither its content nor the WAL after it \\(1 × 16 MiB\\)`, "m"));
    expect(await data("ringo-backup test")).toMatchObject({ code: 1, stderr: expect.stringContaining(`WAL segment ${segment} is missing in S3`) });
    expect(await data(`ringo-backup restore --time ${await now()} --yes`)).toMatchObject({ code: 1, stderr: expect.stringContaining(`the target was never reached: WAL segment ${segment} is missing`) });
    expect(await rows()).toBe(before);
    expect(await on("data", "ringo-backup list")).toMatch(new RegExp(`^warning: WAL segment ${segment} is missing`, "m"));
    expect(await on("data", "ringo-backup status")).toMatch(new RegExp(`^WAL segment ${segment} is missing in S3.*Making a backup`, "m"));
    await idle("ringo-backup@incr.service");
    expect(await gap()).toBeNull();
  } finally {
    await s3().send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }
}, 120_000);

test("a killed backup leaves nothing that could be mistaken for one, and the next one works", async () => {
  const before = await listed();
  await on("data", `ringo-backup backup full >/dev/null 2>&1 & backup=$!
until pgrep -x pgbackrest >/dev/null; do sleep 0.05; done; sleep 0.5; pkill -KILL -x pgbackrest; kill -KILL $backup; true`);
  expect((await listed()).backups).toEqual(before.backups);
  await on("data", "ringo-backup backup incr");
  expect((await listed()).backups).toHaveLength(before.backups.length + 1);
}, 120_000);

test("a lock that a killed restic left in the bucket does not prevent the next snapshot of the media files", async () => {
  await on("worker-0", "docker exec ringo-worker sh -c 'echo kept > /app/media/kept.txt'");
  await on("data", "systemctl start ringo-media-backup.service");
  const newest = async () => (JSON.parse(await on("data", "ringo-backup media list --json")) as { id: string }[]).at(-1)!.id;
  const before = await newest();
  await leaveLock();
  await on("data", "systemctl start ringo-media-backup.service");
  expect(await newest()).not.toBe(before);
  expect(await restic("restic --no-lock list locks")).toBe("");
}, 120_000);

test("a wrong key, a wrong passphrase and a wrong clock are each reported as such, and nothing is lost", async () => {
  const wrong = async (prefix: string) => {
    const { code, stderr } = await data(`${prefix} ringo-backup list`);
    expect(code).toBe(1);
    return stderr;
  };
  expect(await wrong("PGBACKREST_REPO1_S3_KEY_SECRET=none")).toMatch(/SignatureDoesNotMatch/);
  expect(await wrong("PGBACKREST_REPO1_CIPHER_PASS=none")).toMatch(/unable to load info file|unable to flush|cipher/i);
  await on("data", "DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get install -qq -o DPkg::Lock::Timeout=120 --no-install-recommends faketime >/dev/null 2>&1");
  try {
    expect(await wrong("faketime -f +20m")).toMatch(/RequestTimeTooSkewed/);
  } finally {
    await on("data", "DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get purge -qq -o DPkg::Lock::Timeout=120 faketime libfaketime >/dev/null 2>&1");
  }
  await on("data", "ringo-backup list");
}, 120_000);
