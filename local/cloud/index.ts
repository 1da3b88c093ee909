import * as fs from "node:fs";
import { deleteDroplet, startDroplet, statusOf, type Status } from "./droplet";
import { notFound } from "./errors";
import { applyRules, connect, ensureFabric, listLinks } from "./fabric";
import { ensureImage, imageSlugs } from "./image";
import { execIn, isRunning, poweredItselfOff } from "./machine";
import { ensureMetadata } from "./metadata";
import { privateLink } from "./names";
import { change, exclusively, load } from "./state";
import { plugVolumes } from "./volume";
import { makeDefaultVpcs } from "./vpc";

export { destroyCloud, standing } from "./destroy";

/**
 * Starts the local cloud and everything in it that should run: after a restart of the host, a crash, or for the first
 * time. Idempotent, and quick if everything exists. Removes incomplete parts left by a cancelled command.
 * @param options.log called with a line about whatever takes long
 * @throws if a tool is missing
 */
export async function ensureCloud(options: { log?: (line: string) => void } = {}): Promise<void> {
  for (const slug of imageSlugs()) await ensureImage(slug, options.log);
  await change(makeDefaultVpcs);
  await exclusively(async () => {
    await ensureFabric();
    await applyRules(load());
  });
  await ensureMetadata();
  const links = await listLinks();
  await Promise.all(Object.values(load().droplets).map(async (droplet) => {
    if (droplet.creator !== undefined) {
      if (!fs.existsSync(`/proc/${droplet.creator}`)) await deleteDroplet(droplet.id);
      return;
    }
    if (!isRunning(droplet.id)) {
      if (poweredItselfOff(droplet.id)) return;
      options.log?.(`starting ${droplet.name}`);
      await startDroplet(droplet.id);
      return;
    }
    if (!links.has(privateLink(droplet.id))) await connect(droplet, load().vpcs[droplet.vpcUuid]!.ipRange);
    await plugVolumes(droplet.id);
  }));
}

/** A droplet as users see it. */
export interface Machine {
  id: number;
  name: string;
  status: Status;
  tags: string[];
  publicAddress: string | null;
  reservedAddress: string | null;
  privateAddress: string;
}

/** All droplets, oldest first. */
export function listMachines(): Machine[] {
  const { droplets, reservedIps } = load();
  return Object.values(droplets).map((droplet) => ({
    id: droplet.id,
    name: droplet.name,
    status: statusOf(droplet),
    tags: droplet.tags,
    publicAddress: droplet.publicAddress ?? null,
    reservedAddress: Object.values(reservedIps).find((ip) => ip.dropletId === droplet.id)?.address ?? null,
    privateAddress: droplet.privateAddress,
  }));
}

/**
 * Runs a command in a droplet from outside, as root; returns its output. For tests: operators use ssh.
 * @throws with its error output if it fails
 */
export async function exec(name: string, command: string[]): Promise<string> {
  const droplet = Object.values(load().droplets).find((candidate) => candidate.name === name);
  if (!droplet) throw notFound("droplet", name);
  return execIn(droplet.id, command);
}
