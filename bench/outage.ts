import { startServices } from "../local/services";
import { stopService } from "../local/services/supervise";
import { data, sql } from "./stack";

const waiting = (): number => Number(data("ls /srv/data/postgresql/17/main/pg_wal/archive_status | grep -c ready || true"));
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/**
 * S3 is away for so many minutes while somebody writes a row each second, and a WAL segment is full each ten. Then: how long
 * until all of it is in S3, and is each row in what a restore brings back?
 */
export async function outage(minutes: number): Promise<string> {
  const rows = "SELECT count(*) FROM orders_heartbeat WHERE worker = 'outage'";
  sql("DELETE FROM orders_heartbeat WHERE worker = 'outage'", "ringo", "operator");
  let [written, most] = [0, 0];
  await stopService("s3");
  try {
    for (const end = Date.now() + minutes * 60_000; Date.now() < end; written++) {
      sql("INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'outage')", "ringo", "operator");
      if (written % 10 === 9) sql("SELECT pg_switch_wal()", "postgres");
      await pause(1);
    }
    // What is in a segment that is not full yet goes out within a minute; here, at once.
    sql("SELECT pg_switch_wal()", "postgres");
    most = waiting();
  } finally {
    await startServices();
  }
  const back = Date.now();
  while (waiting() > 0) await pause(1);
  const seconds = (Date.now() - back) / 1000;
  const printed = data("ringo-backup restore --aside --yes");
  const [, look] = /^ {2}(runuser .* psql .*)$/m.exec(printed) ?? [];
  const restored = Number(data(`cd /; ${look} -At -c "${rows}"`));
  data("ringo-backup discard --all --yes");
  if (restored !== written) throw new Error(`${written} rows were written, and ${restored} came back`);
  return `| S3 away for ${minutes} min, ${written} rows written, ${most} WAL segments waiting | all in S3 ${seconds.toFixed(0)} s after it was back; a restore brings back ${restored} rows |`;
}
