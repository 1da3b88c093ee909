import { onData } from "./backups";
import { countUp } from "./generation";
import type { OperatedStack } from "./stack";

/** A new access key for the backups: made, put on the machine, and only then the old one ended. */
export async function rotateBackupKey(stack: OperatedStack): Promise<number> {
  const status = next(stack, "backups", "keyGeneration");
  return status === 0 ? onData(stack, "prepare") : status; // proves that WAL arrives under the new key
}

/** New passwords of PostgreSQL and Redis: both hold while the containers are replaced, one machine after the other. */
export const rotatePasswords = async (stack: OperatedStack): Promise<number> => next(stack, "passwordGeneration");

/** New keys to the shared files: the data machine knows no others from then on, and each machine mounts them anew. */
export const rotateMediaKeys = async (stack: OperatedStack): Promise<number> => next(stack, "mediaKeyGeneration");

/** Comes to the machines with the next key, which they know already, and takes this one away. */
export const rotateDeployerKey = async (stack: OperatedStack): Promise<number> => next(stack, "deployerKeyGeneration");

/** Counts one more than is in force, and brings the stack there: again, where that has failed before. */
function next(stack: OperatedStack, ...counter: string[]): number {
  countUp(stack, counter);
  return stack.engine("up");
}
