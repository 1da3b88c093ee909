import { images, regions, sizes } from "../../config/sizes";
import { allocate, allocateMember } from "./addresses";
import { growDisk, makeDisk } from "./disk";
import { notFound, unprocessable } from "./errors";
import { changeNetwork } from "./fabric";
import { ensureImage, imageSlugs } from "./image";
import { isRunning, powerButton, powerOff, powerOn, removeMachine } from "./machine";
import { dropletAddresses } from "./names";
import { change, load, type CloudState, type Droplet } from "./state";
import { useTags } from "./tag";
import { attachIn, detachAll, mountFresh, plugVolumes } from "./volume";
import { membersOf, vpcFor } from "./vpc";

/** What a droplet is made from. */
export interface DropletRequest {
  name: string;
  region: string;
  size: string;
  image: string;
  /** @default the region's default VPC */
  vpcUuid?: string;
  tags: string[];
  /** Ids or fingerprints. */
  sshKeys: string[];
  userData?: string;
  publicNetworking: boolean;
  volumeIds: string[];
  backups: boolean;
  backupPolicy?: unknown;
  monitoring: boolean;
}

export type Status = "new" | "active" | "off";

export const statusOf = (droplet: Droplet): Status =>
  droplet.creator !== undefined ? "new" : isRunning(droplet.id) ? "active" : "off";

/**
 * Creates a droplet and boots it; resolves when its init runs, as DigitalOcean does: ssh answers a second later.
 * Its firewall is active before it boots. Nothing is left of one that fails or is cancelled.
 * @throws 422 for an unknown size, region, image, key, VPC or volume
 */
export async function createDroplet(request: DropletRequest, signal?: AbortSignal): Promise<Droplet> {
  const { droplet, ipRange, publicKeys } = await changeNetwork((state) => register(state, request));
  try {
    await ensureImage(droplet.image);
    signal?.throwIfAborted();
    await makeDisk(droplet.id, sizes[droplet.size]!.diskGiB, { id: droplet.id, hostname: droplet.name, publicKeys, userData: droplet.userData });
    await plugVolumes(droplet.id);
    await powerOn(droplet, ipRange);
    await mountFresh(droplet.id);
    signal?.throwIfAborted();
    return await change((state) => {
      delete state.droplets[droplet.id]!.creator;
      return state.droplets[droplet.id]!;
    });
  } catch (error) {
    await deleteDroplet(droplet.id);
    throw error;
  }
}

function register(state: CloudState, request: DropletRequest): { droplet: Droplet; ipRange: string; publicKeys: string[] } {
  if (!sizes[request.size]) throw unprocessable(`You specified an invalid size for Droplet creation: "${request.size}"`);
  if (!regions.includes(request.region)) throw unprocessable(`You specified an invalid region for Droplet creation: "${request.region}"`);
  if (!images.includes(request.image)) throw unprocessable(`You specified an invalid image for Droplet creation: "${request.image}"`);
  if (!imageSlugs().includes(request.image)) throw unprocessable(`the local cloud does not have the image "${request.image}"; it has ${imageSlugs().join(", ")}`);
  const keys = request.sshKeys.map((key) => {
    const found = Object.values(state.entries.sshKeys ?? {}).find((entry) => entry.id === key || entry.fingerprint === key);
    if (!found) throw unprocessable(`${key} are invalid key identifiers for Droplet creation.`);
    return found;
  });
  const vpc = vpcFor(state, request.region, request.vpcUuid);
  const others = Object.values(state.droplets);
  const publicAddress = request.publicNetworking
    ? allocate(...dropletAddresses, others.flatMap((other) => other.publicAddress ?? []))
    : undefined;
  if (request.publicNetworking && publicAddress === undefined) throw unprocessable("the local cloud has no public address left");
  const droplet: Droplet = {
    id: state.nextId++,
    name: request.name,
    region: request.region,
    size: request.size,
    image: request.image,
    vpcUuid: vpc.id,
    tags: useTags(state, request.tags),
    sshKeys: keys.map((key) => key.id),
    userData: request.userData,
    publicAddress,
    privateAddress: allocateMember(vpc.ipRange, membersOf(state, vpc.id)),
    backups: request.backups,
    backupPolicy: request.backupPolicy,
    monitoring: request.monitoring,
    createdAt: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    creator: process.pid,
  };
  state.droplets[droplet.id] = droplet;
  for (const volume of request.volumeIds) attachIn(state, volume, droplet.id);
  return { droplet, ipRange: vpc.ipRange, publicKeys: keys.map((key) => key.publicKey) };
}

/** The droplet, or undefined if there is none. */
export const findDroplet = (id: number): Droplet | undefined => load().droplets[id];

/** @throws 404 */
export function dropletIn(state: CloudState, id: number): Droplet {
  const droplet = state.droplets[id];
  if (!droplet) throw notFound("droplet", id);
  return droplet;
}

/** Changes what can change without a new machine: name (the host name stays), tags, backups. */
export function updateDroplet(
  id: number, changes: Partial<Pick<Droplet, "name" | "tags" | "backups" | "backupPolicy">>,
): Promise<void> {
  return changeNetwork((state) => {
    const droplet = Object.assign(dropletIn(state, id), changes);
    droplet.tags = useTags(state, droplet.tags);
  });
}

/**
 * Changes the size: cuts the power, resizes the droplet and switches it on again; unresized if that is refused.
 * @throws 422 for an unknown size, or one whose disk is smaller when the disk is to be resized or already was
 */
export async function resizeDroplet(id: number, size: string, resizeDisk: boolean): Promise<void> {
  const { size: current } = dropletIn(load(), id);
  if (!sizes[size]) throw unprocessable(`You specified an invalid size: "${size}"`);
  await powerOff(id, { graceful: false });
  if (sizes[size].diskGiB < sizes[current]!.diskGiB) {
    await startDroplet(id);
    throw unprocessable(`This size is not available because it has a smaller disk: ${size} ${sizes[size].diskGiB} GiB, ${current} ${sizes[current]!.diskGiB} GiB${resizeDisk ? "" : " (disks never shrink)"}`);
  }
  if (resizeDisk) await growDisk(id, sizes[size].diskGiB);
  await change((state) => void (dropletIn(state, id).size = size));
  await startDroplet(id);
}

/** Switches a droplet on. Does nothing if it is on. */
export async function startDroplet(id: number): Promise<void> {
  const state = load();
  const droplet = dropletIn(state, id);
  await plugVolumes(id);
  await powerOn(droplet, state.vpcs[droplet.vpcUuid]!.ipRange);
  await mountFresh(id);
}

/**
 * Removes a droplet; its volumes stay, its reserved address becomes free. Does nothing if it does not exist.
 * @param options.shutDownSeconds how long it may take to shut down first. @default its power is cut
 * @throws if it has not shut down by then
 */
export async function deleteDroplet(id: number, options: { shutDownSeconds?: number } = {}): Promise<void> {
  if (options.shutDownSeconds !== undefined && !(await powerButton(id, options.shutDownSeconds))) {
    throw new Error(`Error waiting for droplet (${id}) to become off: still on after ${options.shutDownSeconds} s`);
  }
  await removeMachine(id);
  await detachAll(id);
  await changeNetwork((state) => {
    delete state.droplets[id];
    for (const ip of Object.values(state.reservedIps)) if (ip.dropletId === id) delete ip.dropletId;
    for (const firewall of Object.values(state.firewalls)) {
      firewall.dropletIds = firewall.dropletIds.filter((other) => other !== id);
    }
  });
}
