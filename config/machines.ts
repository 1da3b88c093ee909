import * as z from "zod";
import { group, key } from "./doc";
import { certificateFault, list, oneOf, pattern, publicKeyFault, text } from "./formats";
import { generation, generationOfEach } from "./generation";
import { timezoneFault } from "./timezone";

/** Images with the packages that the stack is made of: PostgreSQL 17 and Redis 8 came with Debian 13. */
const machineImages = ["debian-13-x64"];

/** What every machine has in common. */
export const machines = z.object({
  machineImage: key(oneOf(machineImages, "supported image").default("debian-13-x64"), {
    description: "Slug of the image that droplets start from. A change replaces every machine.",
    allowed: `one of ${machineImages.join(", ")} (PostgreSQL 17 and Redis 8 came with Debian 13)`,
    example: "debian-13-x64",
  }),
  operatorSshKeys: key(list(text(publicKeyFault)).default([]), {
    description: "SSH public keys of people who may log in to every machine, besides the stack's own deployer key.",
    allowed: "OpenSSH public keys: ed25519, ECDSA, their security-key forms, or RSA from 3072 bits",
    example: "ssh-ed25519 <key> <name>",
    concealed: true,
  }),
  deployerKeyGeneration: generation("Generation of the SSH key with which the program logs in. A higher number switches to the next key, which the machines already accept, and "
      + "revokes the current one. `make rotate-deployer-key` raises it and runs the update. It must never be lowered, and no number may be skipped.", {
    lowered: "no machine lets in a former key, so the program would reach none of them",
    skipped: "machines let in no key but the one in use and the next, so the program would reach none of them",
  }),
  machineGenerations: generationOfEach("Generation of each machine. A higher number replaces the machine, with a new SSH host key. `make renew HOST=…` raises it and runs the update. It must never be lowered.",
    "it would delete the machine and create another"),
  trustedCertificates: key(list(text(certificateFault)).default([]), {
    description: "Certificates of private authorities that every machine trusts, for your own registry, ACME server or object storage.",
    allowed: "PEM certificates, one an element",
    example: "$(cat '<file>')",
    concealed: true,
  }),
  timezone: key(text(timezoneFault).default("UTC"), {
    description: "Time zone of the machines' logs and timers.",
    allowed: "a name of the IANA database: region and city, or UTC",
    example: "UTC",
  }),
  automaticUpdates: group(z.object({
    reboot: key(z.boolean().default(true), {
      description: "Reboot a machine after an update that needs it.",
      allowed: "true or false",
      example: "true",
    }),
    rebootTime: key(pattern(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time of day").default("04:00"), {
      description: "When machines reboot, in `timezone`: edge, database and monitor together, then API and worker machines one after another, every five minutes. Updates are installed in the hour before. Avoid the daily backup at 02:00 UTC and the restore test on Sundays at 05:00 UTC.",
      allowed: "HH:MM, from 00:00 to 23:59",
      example: "04:00",
    }),
  }).prefault({}), {
    description: "Security updates are installed automatically.",
  }),
});
