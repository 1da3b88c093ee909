import { backupCommand, service } from ".";
import type { Repository } from "./repository";
import { combine, type Fragment } from "../state";
import { timer } from "../timer";

export interface ResticOptions {
  repository: Repository;
  /** Encrypts everything before it leaves this machine. */
  passphrase: string;
  /** Directory of the files. */
  path: string;
  /** Number of daily snapshots to keep, beside the last 48 hourly ones. */
  keepDays: number;
  /** What an empty directory is filled with: `latest`, or a time. @default nothing */
  restore?: string;
}

const environment = "/etc/ringo/restic.env";
const passphraseFile = "/etc/ringo/restic.passphrase";

/** The media files' backups: an hourly snapshot, encrypted and deduplicated. */
export function restic(options: ResticOptions): Fragment {
  const { repository, passphrase, path } = options;
  const hourly = timer({ unit: "ringo-media-backup", description: "A snapshot of the media files each hour", calendar: "hourly", jitter: "10min" });
  const variables = {
    RESTIC_REPOSITORY: `s3:${repository.endpoint}/${repository.bucket}`,
    RESTIC_PASSWORD_FILE: passphraseFile,
    RESTIC_CACHE_DIR: "/var/cache/ringo-restic",
    AWS_DEFAULT_REGION: repository.region,
    AWS_ACCESS_KEY_ID: repository.accessKeyId,
    AWS_SECRET_ACCESS_KEY: repository.secretAccessKey,
    RINGO_KEEP_DAYS: String(options.keepDays),
  };
  const secret = { mode: "0600", secret: true };
  return combine(hourly, {
    packages: ["restic"],
    directories: [{ path: "/var/cache/ringo-restic", mode: "0700" }],
    files: [
      { path: environment, content: Object.entries(variables).map(([name, value]) => `${name}=${value}\n`).join(""), ...secret },
      { path: passphraseFile, content: `${passphrase}\n`, ...secret },
      // A first snapshot of many files may time out: the next one continues with what is in S3 by then.
      service("ringo-media-backup", "A snapshot of the media files", "media backup", ["/var/cache/ringo-restic"], { timeout: "2h" }),
    ],
    steps: [
      { name: "media files can be backed up", when: "after-units", onChange: [environment, passphraseFile], command: `${backupCommand} media prepare`, timeoutSeconds: 300 },
      ...(options.restore === undefined ? [] : [{
        name: "media files from the backups",
        unless: `test -n "$(ls -A ${path})"`,
        command: `${backupCommand} media initialize${options.restore === "latest" ? "" : ` --time ${options.restore}`}`,
        timeoutSeconds: 6 * 3600,
      }]),
    ],
    secrets: [repository.secretAccessKey, passphrase],
  });
}
