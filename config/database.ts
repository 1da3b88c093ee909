import * as z from "zod";
import { connectionMiB } from "./capacity";
import { key } from "./doc";
import { pattern, resizing, sizeWith, whole } from "./formats";
import { generation } from "./generation";

// 61: a second role's name is two longer (`machine/data/postgres/roles.ts`).
const identifier = () => pattern(/^(?!pg_|(?:postgres|template[01]|public|none|monitor|operator)$)[a-z_][a-z0-9_]{0,60}$/, "is not a valid name");
const identifierText = "1 to 61 of a–z, 0–9 and _, not a digit first, and none of PostgreSQL's own names, and neither `monitor` nor `operator`, which are the program's";

/** PostgreSQL, Redis and the media files. */
export const database = z.object({
  databaseSize: key(sizeWith(2048).default("s-2vcpu-4gb"), {
    description: `Size of the machine with PostgreSQL, Redis and the media files. PostgreSQL is tuned for it. Each process of the API and the workers uses a connection, at ${connectionMiB} MiB. ${resizing("the machine")}`,
    allowed: "a DigitalOcean size with at least 2048 MiB",
    example: "s-2vcpu-4gb",
  }),
  databaseVolumeGiB: key(whole(5, 16_384).default(50), {
    description: "Size of the volume that holds the data, in GiB. It can grow, but never shrink.",
    allowed: "a whole number from 5 to 16384",
    example: "50",
  }),
  databaseName: key(identifier().default("ringo"), {
    description: "Name of the application's database. It cannot change once there is data: `up` refuses another name, unless you have renamed the database itself (`ALTER DATABASE`).",
    allowed: identifierText,
    example: "ringo",
  }),
  databaseUser: key(identifier().default("ringo"), {
    description: "PostgreSQL role that owns the database. The program generates its password. It cannot change once there is data: `up` refuses another name, unless you have renamed the role itself (`ALTER ROLE`).",
    allowed: identifierText,
    example: "ringo",
  }),
  passwordGeneration: generation("Generation of the passwords of PostgreSQL and Redis. A higher number creates new ones; the former ones are valid until every container has the new. `make rotate-passwords` raises it and runs the update.",
    {
      lowered: "it would bring back no former password but make new ones, and might end those in use before every container has the new",
      skipped: "the application logs in to PostgreSQL as two roles in turn, so the password in use might end before every container has the new one",
    }),
  mediaKeyGeneration: generation("Generation of the keys with which other machines mount the shared files. A higher number creates new ones and revokes the former. `make rotate-media-keys` raises it and runs the update.",
    { lowered: "it would bring back no former key but make new ones, and each machine would mount the shared files anew" }),
});
