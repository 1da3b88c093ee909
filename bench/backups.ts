import { median, spread } from "./machine";
import { data, sql } from "./stack";

/** Seconds that a command takes on the data machine, without the way there. */
const timed = (command: string): number => Number(data(`cd /; s=$(date +%s%N); { ${command}; } >/dev/null || exit 1; echo $(($(date +%s%N) - s))`)) / 1e9;

export interface Throughput {
  megabytes: number;
  repositoryMegabytes: number;
  /** MB of the database a second, by what did it. */
  rates: Record<"backup" | "restore" | "pg_basebackup" | "pg_dump" | "pg_restore", number[]>;
}

const place = "/srv/data/bench";
const postgres = "runuser -u postgres --";
const hba = "/etc/postgresql/17/main/pg_hba.conf";
const reload = "systemctl reload postgresql@17-main.service";

/** Backups and restores of a database of so many rows (160 bytes each), and PostgreSQL's own tools on the same data, in turns. */
function throughput(rows: number, rounds: number): Throughput {
  data("ringo-backup discard --all --yes");
  sql("DROP DATABASE IF EXISTS bench WITH (FORCE)", "postgres");
  sql("CREATE DATABASE bench", "postgres");
  // For pg_basebackup alone, which speaks PostgreSQL's own way of copying: the stack has no use for it.
  data(`echo local replication postgres peer >>${hba}; ${reload}`);
  try {
    sql(`CREATE TABLE public.rows AS SELECT i AS id, md5(i::text) || md5((i * 7)::text) || repeat(chr(65 + i % 26), 40) AS text, now() AS at FROM generate_series(1, ${rows}) i`, "bench");
    sql("ALTER TABLE public.rows ADD PRIMARY KEY (id)", "bench");
    sql("CHECKPOINT", "bench");
    const rates: Throughput["rates"] = { backup: [], restore: [], pg_basebackup: [], pg_dump: [], pg_restore: [] };
    let [megabytes, repositoryMegabytes] = [0, 0];
    for (let i = 0; i < rounds; i++) {
      const backup = timed("ringo-backup backup full");
      const newest = JSON.parse(data("ringo-backup list --json")).backups.at(-1);
      [megabytes, repositoryMegabytes] = [newest.databaseBytes / 1e6, newest.repositoryBytes / 1e6];
      const restore = timed(`ringo-backup restore --aside --backup ${newest.label}`);
      data("ringo-backup discard --all --yes");
      data(`install -d -o postgres ${place}`);
      const base = timed(`${postgres} pg_basebackup --host=/run/postgresql --pgdata=${place} --checkpoint=fast`);
      data(`rm -rf ${place}; install -d -o postgres ${place}`);
      // Only the database itself, without PostgreSQL's own: less than what a backup has.
      const own = Number(sql("SELECT pg_database_size('bench')", "bench")) / 1e6;
      const dump = timed(`${postgres} pg_dump --format=custom --file=${place}/dump bench`);
      sql("DROP DATABASE IF EXISTS again", "postgres");
      sql("CREATE DATABASE again", "postgres");
      const load = timed(`${postgres} pg_restore --dbname=again ${place}/dump`);
      sql("DROP DATABASE again", "postgres");
      data(`rm -rf ${place}`);
      rates.backup.push(megabytes / backup);
      rates.restore.push(megabytes / restore);
      rates.pg_basebackup.push(megabytes / base);
      rates.pg_dump.push(own / dump);
      rates.pg_restore.push(own / load);
    }
    return { megabytes, repositoryMegabytes, rates };
  } finally {
    data(`sed -i /^local.replication/d ${hba}; ${reload}`);
    sql("DROP DATABASE IF EXISTS bench WITH (FORCE)", "postgres");
    sql("DROP DATABASE IF EXISTS again WITH (FORCE)", "postgres");
    data(`rm -rf ${place}; ringo-backup discard --all --yes`);
  }
}

/** Seconds from a full WAL segment to the same in S3, at a steady load of writes; and the load in MB of WAL a second. */
function archiveDelay(seconds: number): { delays: number[]; rate: number } {
  sql("CREATE DATABASE bench", "postgres");
  try {
    sql("CREATE TABLE public.rows (text text)", "bench");
    const from = sql("SELECT pg_current_wal_lsn()", "bench");
    const since = Number(data("date +%s"));
    sql(`DO $$ BEGIN FOR i IN 1..${seconds * 5} LOOP INSERT INTO public.rows SELECT md5(random()::text) FROM generate_series(1, 10000); COMMIT; PERFORM pg_sleep(0.1); END LOOP; END $$`, "bench");
    const lasted = Number(data("date +%s")) - since;
    const rate = Number(sql(`SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '${from}')`, "bench")) / 1e6 / lasted;
    data("for i in $(seq 100); do ls /srv/data/postgresql/17/main/pg_wal/archive_status/*.ready >/dev/null 2>&1 || break; sleep 0.2; done");
    // PostgreSQL renames a segment's mark when it is in S3: the mark was written when the segment was full, and last changed then.
    const delays = data(`find /srv/data/postgresql/17/main/pg_wal/archive_status -name '0*.done' -newermt @${since} -exec stat -c '%.Z %.Y' {} +`)
      .split("\n").map((line) => line.split(" ").map(Number)).map(([archived, full]) => archived - full);
    return { delays, rate };
  } finally {
    sql("DROP DATABASE IF EXISTS bench WITH (FORCE)", "postgres");
  }
}

/** A row of the table that the bench prints. */
export function archive(): string {
  const { delays, rate } = archiveDelay(60);
  return `| a full WAL segment is in S3 after, at ${rate.toFixed(0)} MB/s of WAL, ${delays.length} segments | ${spread(delays)} s |`;
}

/** Rows of the table that the bench prints. */
export function* backups(): Generator<string> {
  let restore = 0;
  for (const rows of [200_000, 800_000, 2_400_000]) {
    const { megabytes, repositoryMegabytes, rates } = throughput(rows, 3);
    restore = median(rates.restore);
    yield `| database of ${megabytes.toFixed(0)} MB (${repositoryMegabytes.toFixed(0)} MB in S3), MB/s | ${Object.entries(rates).map(([name, values]) => `${name} ${spread(values, 0)}`).join("; ")} |`;
  }
  yield `| restore of 10 GB, extrapolated from the largest | ${(10_000 / restore / 60).toFixed(1)} min |`;
}
