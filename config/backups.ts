import * as z from "zod";
import { group, key } from "./doc";
import { httpsUrlFault, type Judge, pattern, text, whole } from "./formats";
import { generation } from "./generation";
import { unquotedTime } from "./written";

/** A time that means the same everywhere: with its zone. */
const time = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;
/** Date.parse takes the 30th of February for the 2nd of March. */
const isDay = (text: string): boolean => new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

/** Suggests no other state than was meant: after a theft the newest one is the thief's. */
const restoreFault: Judge = (value) => {
  if (value === "latest") return undefined;
  const [, day, clock, hours, minutes] = unquotedTime.exec(value) ?? [];
  if (day !== undefined) return { reason: "is a time without quotes, of which YAML has made this", value: `${day}T${clock}${hours}:${minutes}`.replace("+00:00", "Z") };
  if (!time.test(value) || Number.isNaN(Date.parse(value)) || !isDay(value.slice(0, 10))) return "is neither `latest` nor a time with its zone";
  return Date.parse(value) > Date.now() ? "is in the future" : undefined;
};

/** Backups of PostgreSQL and of the media files, in AWS S3. */
export const backups = z.object({
  backups: group(z.object({
    // Not China's: S3 answers under another name there, and accounts are others.
    region: key(pattern(/^(af|ap|ca|eu|il|me|mx|sa|us|us-gov)-(north|south|east|west|central|northeast|northwest|southeast|southwest)-\d$/, "is not an AWS region").default("eu-central-1"), {
      description: "AWS region of the backup buckets. The default is in Frankfurt, like `fra1`: before the first `up`, choose a region in another city, so that no city holds both the data and its backups.",
      allowed: "a region of AWS",
      example: "eu-west-1",
    }),
    endpoint: key(text(httpsUrlFault).optional(), {
      description: "URL of an S3-compatible store other than AWS. Requests then use path-style addresses.",
      allowed: "an https URL",
      defaultText: "AWS's endpoint of `backups.region`",
      example: "https://<your store>",
    }),
    retentionDays: key(whole(2, 365).default(30), {
      description: "How far back `make restore` can go, in days: full backups younger than this are kept, with all WAL between them.",
      allowed: "a whole number from 2 to 365",
      example: "30",
    }),
    archiveDays: key(whole(2, 3650).default(365), {
      description: "How long the bucket keeps old versions of deleted and overwritten objects, whoever deleted them, in days. They move to colder storage.",
      allowed: "a whole number from 2 to 3650",
      example: "365",
    }),
    lockDays: key(whole(0, 365).default(30), {
      description: "Object Lock: no version can be deleted for this many days after it was written. With `protect`, not even by the account's root "
        + "user, so storage is paid for until then. 0 locks nothing more; what is locked stays so until its time.",
      allowed: "a whole number from 0 to 365",
      example: "30",
    }),
    incrementalEveryHours: key(whole(1, 12).default(6), {
      description: "Hours between incremental backups; the full one is at 02:00 UTC. More frequent backups shorten a restore, but do not reduce what can be lost: WAL is "
        + "archived at least every minute.",
      allowed: "1, 2, 3, 4, 6, 8 or 12",
      example: "6",
    }),
    media: key(z.boolean().default(true), {
      description: "Back up the media files as well, hourly, into a bucket of their own. When it is turned off, a stack without `protect` deletes that "
        + "bucket and all backups in it; with `protect` Pulumi refuses to.",
      allowed: "true or false",
      example: "true",
    }),
    keyGeneration: generation("Generation of the data machine's access key to S3. A higher number creates a new key, installs it on the machine, then deletes the old one. `make rotate-backup-key` raises it and runs the update.",
      { lowered: "it would bring back no former key but make a new one" }),
  }).prefault({}), {
    description: "Backups to S3.",
  }),
  restore: key(text(restoreFault).optional(), {
    description: "What to restore onto an empty database volume: the backups' newest state (`latest`), or their state at a time. Without it a new, empty "
      + "database is created, unless the bucket already has backups. It has no effect once there is data. Quote a time in the stack's file, or YAML turns it into a date.",
    allowed: "latest, or a time such as 2026-11-24T09:30:00Z",
    example: "<time>",
  }),
});
