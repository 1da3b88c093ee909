/** Sparse files that are disks and volumes. */
import * as fs from "node:fs";
import * as path from "node:path";
import { run, until } from "./run";

const GiB = 1024 ** 3;

/** @throws when it is there */
export function makeSparse(file: string, gibibytes: number): void {
  fs.closeSync(fs.openSync(file, "wx", 0o600));
  fs.truncateSync(file, gibibytes * GiB);
}

/** Larger, also while it is in use; the file system in it is its user's to grow. */
export async function growSparse(file: string, gibibytes: number): Promise<void> {
  fs.truncateSync(file, gibibytes * GiB);
  const device = await loopDevice(file);
  if (device) await run("losetup", ["--set-capacity", device]);
}

/** The device that a file is, or undefined when it is none. */
export async function loopDevice(file: string): Promise<string | undefined> {
  const devices = await run("losetup", ["--associated", file, "--noheadings", "--output", "NAME"]);
  return devices.trim().split("\n")[0] || undefined;
}

/**
 * Ends a device. The kernel takes it at its word as soon as nobody has it: a machine that was just killed may still be letting go.
 * @throws when somebody has it after ten seconds
 */
export async function endLoop(device: string): Promise<void> {
  await run("losetup", ["--detach", device]);
  const isThere = (): boolean => fs.existsSync(`/sys/block/${path.basename(device)}/loop`);
  if (!(await until(() => !isThere(), 10))) throw new Error(`${device} is still in use`);
}
