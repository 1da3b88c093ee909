import * as fs from "node:fs";
import { inState } from "../paths";
import { writeSeed, type Seed } from "./cloud-init";
import { imageDirectory } from "./image";
import { isMounted } from "./mounts";
import { run } from "./run";
import { growSparse, makeSparse } from "./sparse";
import type { Droplet } from "./state";

/** A droplet's directory on the host, with its disk and its console. */
export const machineDirectory = (id: number, ...parts: string[]): string => inState("cloud", "machines", String(id), ...parts);

/** What the machine's root is. */
export const rootDirectory = (id: number): string => machineDirectory(id, "root");
/** Docker's data: Docker creates overlays, which cannot be inside an overlay. */
export const dockerDirectory = (id: number): string => onDisk(id, "docker");

/**
 * A sparse file with a file system: a machine can only fill its own disk, and removing a machine deletes one file on
 * the host, which may slow down on each recently deleted file when it creates new ones.
 */
const imageFile = (id: number): string => machineDirectory(id, "disk.img");
const onDisk = (id: number, ...parts: string[]): string => machineDirectory(id, "disk", ...parts);

/** Prepares a new droplet's disk: its image as the lower layer, above it only what cloud-init reads at first boot. */
export async function makeDisk(id: number, gibibytes: number, seed: Seed): Promise<void> {
  for (const part of [rootDirectory(id), onDisk(id)]) fs.mkdirSync(part, { recursive: true });
  fs.chmodSync(machineDirectory(id), 0o700);
  makeSparse(imageFile(id), gibibytes);
  await run("mkfs.xfs", ["-q", imageFile(id)]);
  await mountFile(id);
  for (const part of ["upper", "work", "docker"]) fs.mkdirSync(onDisk(id, part));
  fs.chmodSync(onDisk(id, "upper"), 0o755);
  writeSeed(onDisk(id, "upper"), seed);
}

/** Does nothing if it exists. */
export async function mountDisk({ id, image }: Droplet): Promise<void> {
  await mountFile(id);
  if (isMounted(rootDirectory(id))) return;
  const layers = [`lowerdir=${imageDirectory(image)}`, `upperdir=${onDisk(id, "upper")}`, `workdir=${onDisk(id, "work")}`];
  await run("mount", ["-t", "overlay", `ringo-${id}`, "-o", layers.join(","), rootDirectory(id)]);
}

/** The loop device is released with the mount. */
async function mountFile(id: number): Promise<void> {
  if (!isMounted(onDisk(id))) await run("mount", ["-t", "xfs", "-o", "loop,discard", imageFile(id), onDisk(id)]);
}

export async function growDisk(id: number, gibibytes: number): Promise<void> {
  await mountFile(id);
  await growSparse(imageFile(id), gibibytes);
  await run("xfs_growfs", [onDisk(id)]);
}

export async function unmountDisk(id: number): Promise<void> {
  for (const directory of [rootDirectory(id), onDisk(id)]) {
    if (isMounted(directory)) await run("umount", ["--lazy", directory]);
  }
}
