import * as z from "zod";
import { connectionMiB } from "./capacity";
import { key } from "./doc";
import { pattern, resizing, sizeWith, whole } from "./formats";
import { generation } from "./generation";

// 61: a second role's name is two longer (`machine/data/postgres/roles.ts`).
const identifier = () => pattern(/^(?!pg_|(?:postgres|template[01]|public|none|monitor|operator)$)[a-z_][a-z0-9_]{0,60}$/, "is no name for it");
const identifierText = "1 to 61 of a–z, 0–9 and _, not a digit first, and none of PostgreSQL's own names, and neither `monitor` nor `operator`, which are the program's";

/** PostgreSQL, Redis and the media files. */
export const database = z.object({
  databaseSize: key(sizeWith(2048).default("s-2vcpu-4gb"), {
    description: `Size of the machine with PostgreSQL, Redis and the media files. PostgreSQL is tuned from it; each process of the API and the workers is a connection, at ${connectionMiB} MiB. ${resizing("the machine")}`,
    allowed: "a DigitalOcean size with at least 2048 MiB",
    example: "s-2vcpu-4gb",
  }),
  databaseVolumeGiB: key(whole(5, 16_384).default(50), {
    description: "Size of the volume that holds the data, in GiB. It can grow, but never shrink.",
    allowed: "a whole number from 5 to 16384",
    example: "50",
  }),
  databaseName: key(identifier().default("ringo"), {
    description: "Name of the application's database. It does not change once there is data: `up` refuses another, unless the database itself has been renamed (`ALTER DATABASE`).",
    allowed: identifierText,
    example: "ringo",
  }),
  databaseUser: key(identifier().default("ringo"), {
    description: "Role that owns it. Its password is made by the program. It does not change once there is data: `up` refuses another, unless the role itself has been renamed (`ALTER ROLE`).",
    allowed: identifierText,
    example: "ringo",
  }),
  passwordGeneration: generation("Counts the passwords of PostgreSQL and Redis that the program has made. Another number makes new ones; the former ones hold until every container has the new. `make rotate-passwords` counts up and does the rest.",
    {
      lowered: "it would bring back no former password but make new ones, and might end those in use before every container has the new",
      skipped: "the application logs in to PostgreSQL as two roles in turn, so the password in use might end before every container has the new one",
    }),
  mediaKeyGeneration: generation("Counts the keys by which other machines reach the shared files. Another number makes new ones, and the former open nothing. `make rotate-media-keys` counts up and does the rest.",
    { lowered: "it would bring back no former key but make new ones, and each machine would mount the shared files anew" }),
});
