import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { inState } from "../paths";
import { major, minor } from "./device";
import { conflict, notFound, unprocessable } from "./errors";
import { diskDirectory, execIn, isRunning } from "./machine";
import { run, until } from "./run";
import { endLoop, growSparse, loopDevice, makeSparse } from "./sparse";
import { change, load, type CloudState, type Volume } from "./state";
import { useTags } from "./tag";
import { takeDevice } from "./unplug";

const imageFile = (id: string): string => inState("cloud", "volumes", `${id}.img`);
/** A volume's name in its droplet, below `/dev/disk/by-id/`. */
const deviceName = (volume: Volume): string => `scsi-0DO_Volume_${volume.name}`;

export type VolumeRequest = Omit<Volume, "id" | "dropletId" | "fresh">;

/**
 * Creates a volume: a sparse file, formatted if a file system is requested.
 * @throws 409 if the region has one of that name
 */
export async function createVolume(request: VolumeRequest): Promise<Volume> {
  const id = randomUUID();
  fs.mkdirSync(path.dirname(imageFile(id)), { recursive: true, mode: 0o700 });
  try {
    makeSparse(imageFile(id), request.size);
    if (request.filesystemType) {
      const label = request.filesystemLabel ? ["-L", request.filesystemLabel] : [];
      await run(`mkfs.${request.filesystemType}`, ["-q", ...label, imageFile(id)]);
    }
    return await change((state) => {
      const taken = Object.values(state.volumes).some((other) => other.name === request.name && other.region === request.region);
      if (taken) throw conflict(`a volume with the name "${request.name}" exists already in ${request.region}`);
      return (state.volumes[id] = { ...request, tags: useTags(state, request.tags), id, fresh: true });
    });
  } catch (error) {
    fs.rmSync(imageFile(id), { force: true });
    throw error;
  }
}

function volumeIn(state: CloudState, id: string): Volume {
  const volume = state.volumes[id];
  if (!volume) throw notFound("volume", id);
  return volume;
}

/** Enlarges it, also while attached; growing the file system is up to the droplet, as in the cloud. @throws 422 if smaller */
export async function resizeVolume(id: string, size: number): Promise<void> {
  await change(async (state) => {
    const volume = volumeIn(state, id);
    if (size < volume.size) throw unprocessable("volumes can only be expanded, not shrunk");
    await growSparse(imageFile(id), size);
    volume.size = size;
  });
}

export const tagVolume = (id: string, tags: string[]): Promise<void> =>
  change((state) => void (volumeIn(state, id).tags = useTags(state, tags)));

/** @throws 409 while it is attached */
export async function deleteVolume(id: string): Promise<void> {
  await change((state) => {
    const volume = state.volumes[id];
    if (volume?.dropletId !== undefined) throw conflict(`the volume ${volume.name} is attached to droplet ${volume.dropletId}`);
    delete state.volumes[id];
  });
  fs.rmSync(imageFile(id), { force: true });
}

/** Assigns a volume to a droplet in the state. @throws 422 if it is elsewhere or another's */
export function attachIn(state: CloudState, id: string, dropletId: number): void {
  const volume = volumeIn(state, id);
  const droplet = state.droplets[dropletId];
  if (!droplet) throw notFound("droplet", dropletId);
  if (volume.region !== droplet.region) throw unprocessable(`the volume ${volume.name} is in ${volume.region}, the droplet ${droplet.name} in ${droplet.region}`);
  if (volume.dropletId !== undefined && volume.dropletId !== dropletId) {
    throw unprocessable(`the volume ${volume.name} is attached to droplet ${volume.dropletId}`);
  }
  volume.dropletId = dropletId;
}

/** Attaches a volume: it appears in the droplet at once, and is mounted if this is its first droplet. */
export async function attachVolume(id: string, dropletId: number): Promise<void> {
  await change((state) => attachIn(state, id, dropletId));
  await plugVolumes(dropletId);
  await mountFresh(dropletId);
}

/**
 * Like the udev rule of DigitalOcean's images: a volume that was created with a file system is mounted by the first droplet
 * that has it, at once and at each boot, and by no later one. Waits until the droplet's systemd accepts commands.
 */
export async function mountFresh(dropletId: number): Promise<void> {
  if (!isRunning(dropletId)) return; // it mounts it when it is switched on
  for (const volume of volumesOf(dropletId).filter(({ fresh }) => fresh)) {
    if (volume.filesystemType) {
      const { unit, text } = mountUnit(volume);
      const script = `cat > /etc/systemd/system/${unit} <<'UNIT'\n${text}UNIT\nsystemctl daemon-reload && systemctl enable --quiet --now ${unit}`;
      const mounted = await until(() => execIn(dropletId, ["sh", "-c", script]).then(() => true, () => false), 30);
      if (!mounted) throw new Error(`droplet ${dropletId} does not mount its volume ${volume.name}`);
    }
    await change((state) => void delete state.volumes[volume.id]?.fresh);
  }
}

/** Named as by DigitalOcean: systemd would take a dash for a slash. */
function mountUnit(volume: Volume): { unit: string; text: string } {
  const place = volume.name.replaceAll("-", "_");
  return {
    unit: `mnt-${place}.mount`,
    text: `[Unit]
Description=Mount DO Volume ${volume.name}

[Mount]
What=/dev/disk/by-id/${deviceName(volume)}
Where=/mnt/${place}
Type=${volume.filesystemType}
Options=defaults,nofail,discard,noatime

[Install]
WantedBy=multi-user.target
`,
  };
}

/** Detaches a volume: it disappears from the droplet at once, even while in use. Does nothing if the droplet does not have it. */
export async function detachVolume(id: string, dropletId: number): Promise<void> {
  await change(async (state) => {
    const volume = state.volumes[id];
    if (volume?.dropletId !== dropletId) return;
    fs.rmSync(path.join(diskDirectory(dropletId), deviceName(volume)), { force: true });
    const device = await loopDevice(imageFile(id));
    if (device) {
      await takeDevice(dropletId, fs.statSync(device).rdev);
      await endLoop(device);
    }
    delete volume.dropletId;
  });
}

export async function detachAll(dropletId: number): Promise<void> {
  for (const volume of volumesOf(dropletId)) await detachVolume(volume.id, dropletId);
}

const volumesOf = (dropletId: number): Volume[] => Object.values(load().volumes).filter((volume) => volume.dropletId === dropletId);

/** Makes a droplet's volumes appear in it, also after a restart of the host. Idempotent. */
export async function plugVolumes(dropletId: number): Promise<void> {
  for (const volume of volumesOf(dropletId)) {
    const device = (await loopDevice(imageFile(volume.id))) ?? (await run("losetup", ["--find", "--show", imageFile(volume.id)])).trim();
    const node = path.join(diskDirectory(dropletId), deviceName(volume));
    const number = fs.statSync(device).rdev;
    if (fs.statSync(node, { throwIfNoEntry: false })?.rdev === number) continue;
    fs.rmSync(node, { force: true });
    fs.mkdirSync(path.dirname(node), { recursive: true });
    await run("mknod", ["--mode=0660", node, "b", String(major(number)), String(minor(number))]);
  }
}
