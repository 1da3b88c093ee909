import * as z from "zod";
import { group, key } from "./doc";
import { httpsUrlFault, type Judge, pattern, text, whole } from "./formats";
import { generation } from "./generation";
import { unquotedTime } from "./written";

/** A time that means the same everywhere: with its zone. */
const time = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;
/** Date.parse takes the 30th of February for the 2nd of March. */
const isDay = (text: string): boolean => new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

/** Never mended by another state than was meant: after a theft the newest one is the thief's. */
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
    region: key(pattern(/^(af|ap|ca|eu|il|me|mx|sa|us|us-gov)-(north|south|east|west|central|northeast|northwest|southeast|southwest)-\d$/, "is no region of AWS").default("eu-central-1"), {
      description: "AWS region of the backup buckets, which are at another provider than the machines. The default is in Frankfurt, as `fra1` is. Before the first `up`, take one in another city, so that no single city has everything.",
      allowed: "a region of AWS",
      example: "eu-west-1",
    }),
    endpoint: key(text(httpsUrlFault).optional(), {
      description: "URL of another store than AWS's that speaks S3. Buckets are then addressed in the path.",
      allowed: "an https URL",
      defaultText: "AWS's endpoint of `backups.region`",
      example: "https://<your store>",
    }),
    retentionDays: key(whole(2, 365).default(30), {
      description: "How far back one command can restore: full backups younger than this are kept, with all WAL between them.",
      allowed: "a whole number from 2 to 365",
      example: "30",
    }),
    archiveDays: key(whole(2, 3650).default(365), {
      description: "How long the bucket keeps old versions of what was removed or overwritten, whoever did that, on colder storage.",
      allowed: "a whole number from 2 to 3650",
      example: "365",
    }),
    lockDays: key(whole(0, 365).default(30), {
      description: "Object Lock: nothing written can be deleted for this long. Where `protect` is on not even by the account's root "
        + "user, so storage is paid for until then. 0 locks nothing more; what is locked stays so until its time.",
      allowed: "a whole number from 0 to 365",
      example: "30",
    }),
    incrementalEveryHours: key(whole(1, 12).default(6), {
      description: "Hours between incremental backups; the full one is at 02:00 UTC. Fewer hours mean less WAL to replay, not less to lose: WAL is "
        + "archived at least every minute.",
      allowed: "1, 2, 3, 4, 6, 8 or 12",
      example: "6",
    }),
    media: key(z.boolean().default(true), {
      description: "Back up the media files as well, hourly, into a bucket of their own.",
      allowed: "true or false",
      example: "true",
    }),
    keyGeneration: generation("Counts the access keys that the data machine has had. One more makes a new key, puts it on the machine, and then ends the old one.",
      { lowered: "it would bring back no former key but make a new one" }),
  }).prefault({}), {
    description: "Backups to S3, in an account of AWS.",
  }),
  restore: key(text(restoreFault).optional(), {
    description: "What an empty database volume is filled with: the backups' newest state, or their state at a time. Without it a new, empty "
      + "database is made, unless the bucket has backups of another one. Once there is data it does nothing. A time stands in quotes in the stack's file: YAML takes it for something else without.",
    allowed: "latest, or a time such as 2026-11-24T09:30:00Z",
    example: "<time>",
  }),
});
