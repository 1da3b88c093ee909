import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../resource";

/** As the official provider: a tenth of a second at first, then half as much again each time, at most five seconds. */
const firstDelay = 100;
const growth = 1.5;
const longestDelay = 5_000;

/**
 * Dials until it works.
 * @param limit how many attempts may fail; -1 for any number
 * @throws the last attempt's error if the limit is exceeded, or the reason if the engine cancels
 */
export async function retry<T>(what: string, limit: number, { log, signal }: Context, attempt: () => Promise<T>): Promise<T> {
  let delay = firstDelay;
  for (let failed = 0; ; failed++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (limit > -1 && failed + 1 > limit) {
        throw new Error(`after ${failed} failed attempts: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      log(`${what} ${failed + 1}/${limit === -1 ? "inf" : limit} failed: retrying`, { ephemeral: true });
    }
    await sleep(delay, undefined, { signal }).catch(() => signal.throwIfAborted());
    delay = Math.min(delay * growth, longestDelay);
  }
}
