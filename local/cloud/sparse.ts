/** Sparse files that are disks and volumes. */
import * as fs from "node:fs";
import { run } from "./run";

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
