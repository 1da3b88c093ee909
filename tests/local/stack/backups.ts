import type { S3Client } from "@aws-sdk/client-s3";
import { s3 } from "../../../local/aws/s3";
import { eventually, on, ssh } from "./support";

/** What `ringo-backup list --json` says. */
export interface Listed {
  stanza: string;
  window: { from: string; to: string | null } | null;
  backups: { label: string; type: string; stop: string }[];
  points: { name: string; time: string }[];
  wal: { lastArchived: string | null; failed: number; waiting: number; waitingSeconds: number };
  kept: { path: string }[];
}

export const listed = async (): Promise<Listed> => JSON.parse(await on("data", "ringo-backup list --json")) as Listed;

/** A command on the data machine with its exit status: the tests are about failing, too. */
export const data = (command: string) => ssh("data", command);

/** One answer: of the application's database as the operator, of PostgreSQL's own as the superuser. */
export const sql = async (statement: string, database: "ringo" | "postgres" = "ringo"): Promise<string> =>
  (await on("data", `cd / && runuser -u postgres -- psql -X -q -At -v ON_ERROR_STOP=1 -U ${database === "ringo" ? "operator" : "postgres"} ${database} <<'SQL'\n${statement}\nSQL`)).trim();

/** The machine's time, which restores use. */
export const now = async (): Promise<string> => (await on("data", "date -u +%Y-%m-%dT%H:%M:%S.%NZ | sed 's/...Z/Z/'")).trim();

/** Waits for a first backup: the first `up` starts one without waiting for it. */
export const firstBackup = (): Promise<Listed> => eventually("the first backup", async () => {
  const found = await listed();
  return found.backups.length > 0 ? found : undefined;
}, 120);

/** One that the schedule has started, and that does not get on. */
export const stuckBackup = (): Promise<string> => on("data", `systemctl start --no-block ringo-backup@incr.service
  until grep -q 'an incremental backup' /run/lock/ringo-backup; do sleep 0.05; done
  systemctl kill --signal=STOP ringo-backup@incr.service`);

/**
 * For the time of a file the schedule starts nothing: a test that takes WAL or a backup away would find another one made at the full hour, or
 * by the look each five minutes, which has one made where WAL is missing.
 */
export function unscheduled(): void {
  const units = ["ringo-backup@full", "ringo-backup@incr", "ringo-media-backup", "ringo-restore-test", "ringo-backup-status"];
  const timers = units.map((unit) => `${unit}.timer`).join(" ");
  beforeAll(async () => {
    await on("data", `systemctl stop ${timers}`);
    for (const unit of units.toReversed()) await idle(`${unit}.service`); // first what starts another
  }, 240_000);
  afterAll(() => on("data", `systemctl start ${timers}`), 30_000);
}

/** All orders, in one line that differs when any of them does. */
export const orders = (): Promise<string> => sql("SELECT count(*) || ' ' || md5(string_agg(o::text, ',' ORDER BY id)) FROM orders_order o");

/** What somebody has who took over the data machine: its key to S3. */
export async function stolenKey(): Promise<{ thief: S3Client; Bucket: string }> {
  const conf = await on("data", "cat /etc/pgbackrest/pgbackrest.conf");
  const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(conf)![1];
  return {
    thief: s3({ accessKeyId: setting("repo1-s3-key"), secretAccessKey: setting("repo1-s3-key-secret") }),
    Bucket: setting("repo1-s3-bucket"),
  };
}

/** A command on the data machine, with which restic knows the media files' bucket. */
export const restic = (command: string): Promise<string> => on("data", `set -a; . /etc/ringo/restic.env; set +a\n${command}`);

/** Leaves in that bucket what a restic leaves that is killed while it has the bucket for itself. Slow enough to be met in time. */
export const leaveLock = (): Promise<string> => restic(`for pause in 1 2 3 1.5 2.5 4 6; do
  restic check --quiet --read-data --no-cache --limit-download 1 >/dev/null 2>&1 & sleep $pause; kill -KILL $! || true
  restic --no-lock list locks | grep '^[0-9a-f]\\{64\\}$' && exit
done; exit 1`);

/** Waits for a backup that was started in the background. */
export const idle = (unit: string): Promise<unknown> => eventually(`${unit} has ended`, async () =>
  ["inactive", "failed"].includes((await on("data", `systemctl show -p ActiveState --value ${unit}`)).trim()), 120);
