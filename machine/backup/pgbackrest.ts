import { dirname } from "node:path/posix";
import { backupCommand, service } from ".";
import { mayReach } from "../egress";
import { portOf } from "../url";
import type { Repository } from "./repository";
import { combine, type Fragment } from "../state";
import { timer } from "../timer";

export interface PgBackRestOptions {
  /** The name of this database's backups in the bucket. */
  stanza: string;
  repository: Repository;
  /** Encrypts everything before it leaves this machine. */
  passphrase: string;
  /** PostgreSQL's data directory. */
  dataDirectory: string;
  /** How many files are compressed, encrypted and sent at once. */
  processes: number;
  /** Older full backups are removed, with the WAL before the oldest remaining one. */
  retentionDays: number;
  /** Interval between backups; a divisor of 24. */
  incrementalEveryHours: number;
  /** WAL that may wait on this machine while S3 is down. More than that is dropped, since a full volume would stop the database. */
  queueMaxMiB: number;
}

const conf = "/etc/pgbackrest/pgbackrest.conf";
const fullAt = 2;

/** PostgreSQL's archiving settings: a segment is archived when it is full, or after at most a minute if anything was written. */
export const archiving = (stanza: string): Record<string, string> => ({
  wal_level: "replica",
  archive_mode: "on",
  archive_command: `pgbackrest --stanza=${stanza} archive-push %p`,
  archive_timeout: "60s",
});

/** PostgreSQL's backups: continuous WAL archiving, a full backup each night, incremental ones in between, and a restore test on Sundays. */
export function pgbackrest(options: PgBackRestOptions): Fragment {
  const { repository, passphrase } = options;
  const hours = Array.from({ length: 24 / options.incrementalEveryHours }, (_, i) => (fullAt + i * options.incrementalEveryHours) % 24)
    .filter((hour) => hour !== fullAt).sort((a, b) => a - b);
  const writable = ["/var/spool/pgbackrest", "/var/log/pgbackrest", "/run/postgresql", dirname(dirname(options.dataDirectory))];
  const timers = [
    timer({ unit: "ringo-backup@full", description: "A full backup of PostgreSQL each night", calendar: `*-*-* ${two(fullAt)}:00:00 UTC`, jitter: "5min" }),
    ...(hours.length === 0 ? [] : [timer({
      unit: "ringo-backup@incr", description: "Incremental backups of PostgreSQL between the full ones",
      calendar: `*-*-* ${hours.map(two).join(",")}:00:00 UTC`, jitter: "5min",
    })]),
    timer({ unit: "ringo-restore-test", description: "A restore test of PostgreSQL's backups each Sunday", calendar: "Sun *-*-* 05:00:00 UTC", jitter: "15min" }),
    timer({ unit: "ringo-backup-status", description: "How backups are doing, as metrics", calendar: "*:0/5", jitter: "30s" }),
    timer({ unit: "ringo-backup-remind", description: "Looks for WAL that PostgreSQL has forgotten to archive", calendar: "minutely", jitter: "0" }),
  ];
  const toS3 = mayReach("backups", [{ name: "s3", port: portOf(repository.endpoint), to: "any", users: ["root", "postgres"] }]);
  return combine(toS3, ...timers, {
    packages: ["pgbackrest"],
    directories: [
      { path: "/etc/pgbackrest" },
      ...["/var/spool/pgbackrest", "/var/log/pgbackrest"].map((path) => ({ path, mode: "0750", owner: "postgres", group: "postgres" })),
    ],
    files: [
      { path: conf, content: configuration(options), mode: "0640", group: "postgres", secret: true },
      service("ringo-backup@", "A backup of PostgreSQL (%i)", "backup %i", writable),
      service("ringo-restore-test", "A restore test of PostgreSQL's backups", "test", writable, { runtimeDirectory: "ringo-restore" }),
      service("ringo-backup-status", "How backups are doing, as metrics", "status", writable),
      service("ringo-backup-remind", "Looks for WAL that PostgreSQL has forgotten to archive", "remind", [], { quiet: true }),
    ],
    steps: [{
      name: "WAL arrives in S3",
      when: "after-units",
      onChange: [conf],
      command: `${backupCommand} prepare`,
      timeoutSeconds: 420,
    }],
    secrets: [repository.secretAccessKey, passphrase],
  });
}

const two = (hour: number): string => String(hour).padStart(2, "0");

/** @throws on a value that pgBackRest's file cannot hold. */
function configuration(options: PgBackRestOptions): string {
  const { repository } = options;
  const { hostname, port } = new URL(repository.endpoint);
  const settings: Record<string, Record<string, string | number>> = {
    global: {
      "repo1-type": "s3",
      "repo1-path": "/",
      "repo1-s3-bucket": repository.bucket,
      "repo1-s3-endpoint": hostname,
      ...(port === "" ? {} : { "repo1-storage-port": port }),
      "repo1-s3-region": repository.region,
      "repo1-s3-uri-style": repository.pathStyle ? "path" : "host",
      "repo1-s3-key": repository.accessKeyId,
      "repo1-s3-key-secret": repository.secretAccessKey,
      "repo1-cipher-type": "aes-256-cbc",
      "repo1-cipher-pass": options.passphrase,
      "repo1-retention-full-type": "time",
      "repo1-retention-full": options.retentionDays,
      // Bundles small files, and stores only the changed blocks of large ones: fewer requests to S3, smaller incremental backups.
      "repo1-bundle": "y",
      "repo1-block": "y",
      "compress-type": "zst",
      "process-max": options.processes,
      "start-fast": "y",
      // It retries for nine times as long: with the default of 60 s it takes nine minutes to report that S3 is down.
      "io-timeout": 15,
      "archive-async": "y",
      "archive-push-queue-max": `${options.queueMaxMiB}MiB`,
      "spool-path": "/var/spool/pgbackrest",
      "log-level-console": "warn",
      "log-level-file": "warn",
    },
    [options.stanza]: {
      "pg1-path": options.dataDirectory,
      "pg1-socket-path": "/run/postgresql",
    },
  };
  const lines = Object.entries(settings).flatMap(([section, values]) => [
    `[${section}]`, ...Object.entries(values).map(([name, value]) => `${name}=${value}`), "",
  ]);
  if (lines.some((line) => /[\r\n]/.test(line))) throw new Error("a value for pgBackRest has more than one line");
  return lines.join("\n");
}
