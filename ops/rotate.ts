import { onData } from "./backups";
import { isGiven } from "../cli/flag";
import { countUp } from "./generation";
import type { OperatedStack } from "./stack";
import { say } from "../cli/terminal";

/** Where a stack's file counts what can be made anew. */
type Counter = ["backups", "keyGeneration"] | ["passwordGeneration" | "mediaKeyGeneration" | "deployerKeyGeneration"];

/** A new access key for the backups: made, put on the machine, and only then the old one ended. */
export const rotateBackupKey = (stack: OperatedStack): Promise<number> =>
  next(stack, ["backups", "keyGeneration"], () => onData(stack, "prepare")); // proves that WAL arrives under the new key

/** New passwords of PostgreSQL and Redis: both hold while the containers are replaced, one machine after the other. */
export const rotatePasswords = (stack: OperatedStack): Promise<number> => next(stack, ["passwordGeneration"]);

/** New keys to the shared files: the data machine knows no others from then on, and each machine mounts them anew. */
export const rotateMediaKeys = (stack: OperatedStack): Promise<number> => next(stack, ["mediaKeyGeneration"]);

/** Comes to the machines with the next key, which they know already, and takes this one away. */
export const rotateDeployerKey = (stack: OperatedStack): Promise<number> => next(stack, ["deployerKeyGeneration"]);

/** Counts one more than is in force, and brings the stack there: again, where that has failed before. With LATER=1 an update to come does, with all else that it is for. */
async function next(stack: OperatedStack, counter: Counter, proof = async (): Promise<number> => 0): Promise<number> {
  countUp(stack, counter);
  if (!isGiven("LATER")) return stack.engine("up") || proof();
  say(`nothing is rotated yet: the next update does it (${stack.engineCommand("up", false).join(" ")})`);
  return 0;
}
