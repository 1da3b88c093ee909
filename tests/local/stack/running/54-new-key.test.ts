import { data, firstBackup, idle, listed, stuckBackup, unscheduled } from "../backups";
import { make, on } from "../support";

unscheduled();
beforeAll(() => firstBackup(), 180_000);

test("the backups' key is rotated without a gap, and the old one is revoked", async () => {
  const key = async () => (await on("data", "grep -oP '(?<=repo1-s3-key=).*' /etc/pgbackrest/pgbackrest.conf; sha256sum /etc/pgbackrest/pgbackrest.conf")).trim();
  const before = await key();
  const failures = async () => (await listed()).wal.failed;
  const failed = await failures();
  const incremental = async () => (await listed()).backups.filter(({ type }) => type === "incr").length;
  const made = await incremental();
  await on("data", "cp -p /etc/pgbackrest/pgbackrest.conf /etc/pgbackrest/old.conf");
  await stuckBackup(); // by the key that ends
  const rotated = await make("rotate-backup-key");
  expect([rotated.code, rotated.stderr]).toEqual([0, expect.stringContaining("backups.keyGeneration is ")]);
  expect(await key()).not.toBe(before);
  await idle("ringo-backup@incr.service");
  expect(await on("data", "systemctl show --property=Result ringo-backup@incr.service")).toBe("Result=success\n");
  expect(await incremental()).toBe(made + 1);
  expect(await failures()).toBe(failed);
  const old = await data("sleep 1.5; PGBACKREST_CONFIG=/etc/pgbackrest/old.conf ringo-backup list; rm /etc/pgbackrest/old.conf");
  expect(old.stderr).toMatch(/InvalidAccessKeyId/);
}, 300_000);
