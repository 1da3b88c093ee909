import { onData } from "./backups";
import { countUp } from "./generation";
import type { OperatedStack } from "./stack";

/** A new access key for the backups: made, put on the machine, and only then the old one ended. */
export async function rotateBackupKey(stack: OperatedStack): Promise<number> {
  const status = next(stack, ["backups", "keyGeneration"], stack.outputs().generations.backupKey);
  return status === 0 ? onData(stack, "prepare") : status; // proves that WAL arrives under the new key
}

/** New passwords of PostgreSQL and Redis: both hold while the containers are replaced, one machine after the other. */
export const rotatePasswords = async (stack: OperatedStack): Promise<number> =>
  next(stack, ["passwordGeneration"], stack.outputs().generations.passwords);

/** New keys to the shared files: the data machine knows no others from then on, and each machine mounts them anew. */
export const rotateMediaKeys = async (stack: OperatedStack): Promise<number> =>
  next(stack, ["mediaKeyGeneration"], stack.outputs().generations.mediaKeys);

/** Comes to the machines with the next key, which they know already, and takes this one away. */
export const rotateDeployerKey = async (stack: OperatedStack): Promise<number> =>
  next(stack, ["deployerKeyGeneration"], stack.outputs().generations.deployerKey);

/** Counts one more, and brings the stack there. */
function next(stack: OperatedStack, counter: string[], inForce?: number): number {
  countUp(stack, counter, inForce);
  return stack.engine("up");
}
