import { onData } from "./backups";
import { isGiven } from "../cli/flag";
import { countUp } from "./generation";
import type { OperatedStack } from "./stack";
import { say } from "../cli/terminal";

/** Where a stack's file has a generation. */
type Counter = ["backups", "keyGeneration"] | ["passwordGeneration" | "mediaKeyGeneration" | "deployerKeyGeneration"];

/** Rotates the backups' access key: creates a new one, installs it on the machine, then deletes the old one. */
export const rotateBackupKey = (stack: OperatedStack): Promise<number> =>
  next(stack, ["backups", "keyGeneration"], () => onData(stack, "prepare")); // checks that WAL arrives with the new key

/** Rotates the passwords of PostgreSQL and Redis: both are valid while the containers are replaced, one machine after another. */
export const rotatePasswords = (stack: OperatedStack): Promise<number> => next(stack, ["passwordGeneration"]);

/** Rotates the keys to the shared files: the data machine accepts only the new ones, and each machine remounts the files. */
export const rotateMediaKeys = (stack: OperatedStack): Promise<number> => next(stack, ["mediaKeyGeneration"]);

/** Rotates the deployer key: logs in with the next one, which the machines already accept, and removes the current one. */
export const rotateDeployerKey = (stack: OperatedStack): Promise<number> => next(stack, ["deployerKeyGeneration"]);

/** Raises a generation to one more than is in force and runs the update; after a failed update, runs it again with the same number. LATER=1 leaves the update for later. */
async function next(stack: OperatedStack, counter: Counter, proof = async (): Promise<number> => 0): Promise<number> {
  countUp(stack, counter);
  if (!isGiven("LATER")) return stack.engine("up") || proof();
  say(`nothing is rotated yet: the next update does it (${stack.engineCommand("up", false).join(" ")})`);
  return 0;
}
