import { pgbackrest, type PgBackRestOptions } from "../../../machine/backup/pgbackrest";
import { restic } from "../../../machine/backup/restic";
import type { Fragment } from "../../../machine/state";

export const repository = {
  endpoint: "https://s3.eu-central-1.amazonaws.com", pathStyle: false, region: "eu-central-1", bucket: "backups", accessKeyId: "AKIAMADEUP", secretAccessKey: "made-up-secret",
};

/** The database's backups, with secrets that are made up. */
export const database = (changes: Partial<PgBackRestOptions> = {}): Fragment => pgbackrest({
  stanza: "ringo-test-data", repository, passphrase: "made-up-passphrase", dataDirectory: "/srv/data/postgresql/17/main",
  processes: 2, retentionDays: 30, incrementalEveryHours: 6, queueMaxMiB: 1280, ...changes,
});

/** The media files' backups. @param restore what a new volume is filled with. @default nothing */
export const media = (restore?: string): Fragment => restic({ repository, passphrase: "made-up-passphrase", path: "/srv/data/shared/media", keepDays: 30, restore });
