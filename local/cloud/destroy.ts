import * as fs from "node:fs";
import { inState } from "../paths";
import { stopService } from "../services/supervise";
import { killGroup, removeGroups, removeParents } from "./cgroup";
import { removeFabric } from "./fabric";
import { mounts } from "./mounts";
import { deviceDirectory, dropletNamespace, fabricNamespace } from "./names";
import { findMachines, ofOthers, type Found } from "./owner";
import { attempt, run } from "./run";
import { exclusively, lockFile } from "./state";

/** Everything of any local cloud on this machine, by name. */
export const standing = (): { machines: Found[]; namespaces: string[] } => ({
  machines: findMachines(),
  namespaces: (fs.existsSync("/run/netns") ? fs.readdirSync("/run/netns") : []).filter((name) => name === fabricNamespace || /^ringo-\d+$/.test(name)),
});

/**
 * Removes the local cloud: every process, mount, loop device, namespace, link, table, control group and file. Found by
 * name, not by state, so it works after any crash, twice, and if there is nothing. Machines of another state
 * directory keep running, and so does the fabric that they use.
 */
export function destroyCloud(): Promise<void> {
  return exclusively(async () => {
    const { machines, namespaces } = standing();
    const others = ofOthers(machines);
    const groups = machines.filter((machine) => !others.includes(machine)).map(({ id }) => id);
    await Promise.all(groups.map(killGroup));
    await stopService("metadata");
    const theirs = [fabricNamespace, ...others.map(({ id }) => dropletNamespace(Number(id)))];
    for (const name of namespaces) if (!theirs.includes(name)) await run("ip", ["netns", "delete", name]);
    await removeMounts();
    await removeLoopDevices();
    for (const group of groups) await removeGroups(group);
    fs.rmSync(inState("cloud"), { recursive: true, force: true });
    if (others.length > 0) return;
    await removeParents();
    await removeFabric();
    fs.rmSync(deviceDirectory, { recursive: true, force: true });
    fs.rmSync(lockFile, { force: true });
  });
}

async function removeMounts(): Promise<void> {
  const ours = mounts().filter(({ directory }) => directory.startsWith(`${inState("cloud")}/`));
  for (const { directory } of ours.reverse()) await run("umount", ["--lazy", directory]);
}

async function removeLoopDevices(): Promise<void> {
  const listed = await attempt("losetup", ["--list", "--json", "--output", "NAME,BACK-FILE"]);
  const devices: { name: string; "back-file": string | null }[] = listed ? JSON.parse(listed).loopdevices : [];
  const ours = devices.filter((device) => device["back-file"]?.startsWith(`${inState("cloud")}/`));
  for (const device of ours) await run("losetup", ["--detach", device.name]);
}
