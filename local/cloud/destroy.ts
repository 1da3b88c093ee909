import * as fs from "node:fs";
import { inState } from "../paths";
import { stopService } from "../services/supervise";
import { killGroup, listGroups, removeGroups, removeParents } from "./cgroup";
import { removeFabric } from "./fabric";
import { deviceDirectory } from "./names";
import { attempt, run } from "./run";
import { exclusively, lockFile } from "./state";

/**
 * Removes the local cloud: every process, mount, loop device, namespace, link, table, control group and file. Found by
 * name, not by state, so it works after a crash of anything, twice, and where nothing is.
 */
export function destroyCloud(): Promise<void> {
  return exclusively(async () => {
    const groups = listGroups();
    await Promise.all(groups.map(killGroup));
    await stopService("metadata");
    await removeNamespaces();
    await removeMounts();
    await removeLoopDevices();
    for (const group of groups) await removeGroups(group);
    await removeParents();
    await removeFabric();
    fs.rmSync(deviceDirectory, { recursive: true, force: true });
    fs.rmSync(inState("cloud"), { recursive: true, force: true });
    fs.rmSync(lockFile, { force: true });
  });
}

async function removeNamespaces(): Promise<void> {
  const names = fs.existsSync("/run/netns") ? fs.readdirSync("/run/netns") : [];
  for (const name of names.filter((candidate) => /^ringo-\d+$/.test(candidate))) await run("ip", ["netns", "delete", name]);
}

async function removeMounts(): Promise<void> {
  const mounted = fs.readFileSync("/proc/mounts", "utf8").split("\n").map((line) => line.split(" ")[1] ?? "");
  const ours = mounted.filter((directory) => directory.startsWith(`${inState("cloud")}/`));
  for (const directory of ours.reverse()) await run("umount", ["--lazy", directory]);
}

async function removeLoopDevices(): Promise<void> {
  const listed = await attempt("losetup", ["--list", "--json", "--output", "NAME,BACK-FILE"]);
  const devices: { name: string; "back-file": string | null }[] = listed ? JSON.parse(listed).loopdevices : [];
  const ours = devices.filter((device) => device["back-file"]?.startsWith(`${inState("cloud")}/`));
  for (const device of ours) await run("losetup", ["--detach", device.name]);
}
