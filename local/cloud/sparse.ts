/** Sparse files for disks and volumes. */
import * as fs from "node:fs";
import * as path from "node:path";
import { run, until } from "./run";

const GiB = 1024 ** 3;

/** @throws if it exists */
export function makeSparse(file: string, gibibytes: number): void {
  fs.closeSync(fs.openSync(file, "wx", 0o600));
  fs.truncateSync(file, gibibytes * GiB);
}

/** Enlarges it, also while it is in use; growing the file system is up to its user. */
export async function growSparse(file: string, gibibytes: number): Promise<void> {
  fs.truncateSync(file, gibibytes * GiB);
  const device = await loopDevice(file);
  if (device) await run("losetup", ["--set-capacity", device]);
}

/** The loop device of a file, or undefined if it has none. */
export async function loopDevice(file: string): Promise<string | undefined> {
  const devices = await run("losetup", ["--associated", file, "--noheadings", "--output", "NAME"]);
  return devices.trim().split("\n")[0] || undefined;
}

/**
 * Detaches a loop device. The kernel does so once nobody uses it: a machine that was just killed may still be releasing it.
 * @throws if somebody still uses it after ten seconds
 */
export async function endLoop(device: string): Promise<void> {
  await run("losetup", ["--detach", device]);
  const isThere = (): boolean => fs.existsSync(`/sys/block/${path.basename(device)}/loop`);
  if (!(await until(() => !isThere(), 10))) throw new Error(`${device} is still in use`);
}
