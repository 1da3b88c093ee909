import * as z from "zod";
import { group, key } from "./doc";
import { certificateFault, list, oneOf, pattern, publicKeyFault, text } from "./formats";
import { generation, generationOfEach } from "./generation";
import { timezoneFault } from "./timezone";

/** Images with the packages that the stack is made of: PostgreSQL 17 and Redis 8 came with Debian 13. */
const machineImages = ["debian-13-x64"];

/** What every machine has in common. */
export const machines = z.object({
  machineImage: key(oneOf(machineImages, "image that the stack runs on").default("debian-13-x64"), {
    description: "Slug of the image that droplets start from. A change is for new machines: existing ones are upgraded in place.",
    allowed: `one of ${machineImages.join(", ")} (PostgreSQL 17 and Redis 8 came with Debian 13)`,
    example: "debian-13-x64",
  }),
  operatorSshKeys: key(list(text(publicKeyFault)).default([]), {
    description: "Public keys of the people who may log in, beside the stack's own deployment key.",
    allowed: "OpenSSH public keys: ed25519, ECDSA, their security-key forms, or RSA from 3072 bits",
    example: "ssh-ed25519 <key> <name>",
    concealed: true,
  }),
  deployerKeyGeneration: generation("Counts the keys that the program has come to the machines with. One more changes to the next key, which the machines let in already, and "
      + "ends this one: `make rotate-deployer-key` does it. It never goes back, and leaves out none.", {
    lowered: "no machine lets in a former key, so the program would reach none of them",
    skipped: "machines let in no key but the one in use and the next, so the program would reach none of them",
  }),
  machineGenerations: generationOfEach("Counts how often a machine was replaced by a new one with a new SSH host key. `make renew HOST=…` counts up and does the rest. It never goes back.",
    "it would delete the machine and create another"),
  trustedCertificates: key(list(text(certificateFault)).default([]), {
    description: "Certificates of private authorities that every machine trusts, for a registry, an ACME server or object storage of your own.",
    allowed: "PEM certificates, one an element",
    example: "$(cat '<file>')",
    concealed: true,
  }),
  timezone: key(text(timezoneFault).default("UTC"), {
    description: "Time zone of the machines: of their logs and timers.",
    allowed: "a name of the IANA database: region and city, or UTC",
    example: "UTC",
  }),
  automaticUpdates: group(z.object({
    reboot: key(z.boolean().default(true), {
      description: "Reboot after an update that needs it.",
      allowed: "true or false",
      example: "true",
    }),
    rebootTime: key(pattern(/^([01]\d|2[0-3]):[0-5]\d$/, "is no time of day").default("04:00"), {
      description: "When, in `timezone`: edge, database and monitor together, then API and worker machines one after the other, every five minutes. Updates are installed in the hour before. Keep it clear of the daily backup at 02:00 UTC and of the restore test on Sundays at 05:00 UTC.",
      allowed: "HH:MM, from 00:00 to 23:59",
      example: "04:00",
    }),
  }).prefault({}), {
    description: "Security updates install themselves.",
  }),
});
