import * as fs from "node:fs";
import * as path from "node:path";
import { UserError } from "../../cli/terminal";
import { mounts } from "./mounts";
import { cgroupParent } from "./names";
import { until } from "./run";

/**
 * Control groups of droplets, on hosts with version 2 alone and with both (version 2 for processes, controllers in version 1).
 * A droplet's group holds `keeper`, its supervisor, and `machine`, all that runs in it.
 */
interface Hierarchies {
  unified: string;
  /** Version 1's hierarchies of the controllers that are not in version 2. */
  memory?: string;
  cpu?: string;
}

/** What a droplet's size gives it. */
export interface Capacity {
  memoryMiB: number;
  /** Its share of the host's processors is its number of processors among those of all busy droplets. */
  vcpus: number;
}

/** Weight of all droplets together beside the host's own processes. */
const together = 8;

const mounted = () => mounts().filter(({ type }) => type.startsWith("cgroup"));

function hierarchies(): Hierarchies {
  const all = mounted();
  const unified = all.find(({ type }) => type === "cgroup2")?.directory;
  if (unified === undefined) throw new UserError("this kernel has no cgroup version 2 mounted: mount -t cgroup2 none /sys/fs/cgroup/unified");
  const version1 = (controller: string): string | undefined =>
    all.find(({ type, options }) => type === "cgroup" && options.includes(controller))?.directory;
  return { unified, memory: version1("memory"), cpu: version1("cpu") };
}

/** In every hierarchy: nspawn repeats its groups in systemd's own. */
const parents = (): string[] => mounted().map(({ directory }) => path.join(directory, cgroupParent));
const unifiedGroup = (id: string): string => path.join(hierarchies().unified, cgroupParent, id);

/** Creates a droplet's groups, with its size's limits; returns the directories that its keeper and its machine enter. */
export function makeGroups(id: string, { memoryMiB, vcpus }: Capacity): { keeper: string[]; machine: string[] } {
  const { unified, memory, cpu } = hierarchies();
  const group = unifiedGroup(id);
  for (const part of ["keeper", "machine"]) fs.mkdirSync(path.join(group, part), { recursive: true });
  for (const parent of [unified, path.dirname(group), group]) {
    for (const controller of fs.readFileSync(path.join(parent, "cgroup.controllers"), "utf8").trim().split(" ").filter(Boolean)) {
      if (!["memory", "pids", "cpu", "io"].includes(controller)) continue;
      try {
        fs.writeFileSync(path.join(parent, "cgroup.subtree_control"), `+${controller}`);
      } catch {
        // Not delegated to us (a container): the machine runs without that limit.
      }
    }
  }
  const bytes = memoryMiB * 1024 * 1024;
  limit(path.dirname(group), { "cpu.weight": 100 * together });
  limit(group, { "memory.max": bytes, "cpu.weight": 100 * vcpus });
  const version1 = [...new Set([memory, cpu])].flatMap((root) => (root === undefined ? [] : [path.join(root, cgroupParent, id)]));
  for (const each of version1) {
    fs.mkdirSync(each, { recursive: true });
    limit(path.dirname(each), { "cpu.shares": 1024 * together });
    limit(each, { "memory.limit_in_bytes": bytes, "cpu.shares": 1024 * vcpus });
  }
  return { keeper: [path.join(group, "keeper"), ...version1], machine: [path.join(group, "machine"), ...version1] };
}

/** Writes those of a group's settings that it has. */
function limit(group: string, settings: Record<string, number>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (fs.existsSync(path.join(group, name))) fs.writeFileSync(path.join(group, name), String(value));
  }
}

/** Whether anything lives in a droplet's group. */
export function isPopulated(id: string): boolean {
  try {
    return fs.readFileSync(path.join(unifiedGroup(id), "cgroup.events"), "utf8").includes("populated 1");
  } catch {
    return false;
  }
}

/** Kills everything in a droplet's group, including the supervisor: the kernel does it atomically. */
export async function killGroup(id: string): Promise<void> {
  if (!isPopulated(id)) return;
  fs.writeFileSync(path.join(unifiedGroup(id), "cgroup.kill"), "1");
  if (!(await until(() => !isPopulated(id), 10))) throw new Error(`processes of machine ${id} do not exit: ${unifiedGroup(id)}`);
}

/** Removes a droplet's empty groups from every hierarchy. */
export async function removeGroups(id: string): Promise<void> {
  for (const parent of parents()) await removeTree(path.join(parent, id));
}

/** All groups below the cloud's own, by name. */
export function listGroups(): string[] {
  return [...new Set(parents().flatMap(children))];
}

/** Removes the cloud's own group; its droplets' must be gone. */
export async function removeParents(): Promise<void> {
  for (const parent of parents()) await removeTree(parent);
}

/** Host process ids of everything in a droplet, including its containers. @param part "." to include its supervisor */
export function processesOf(id: string, part = "machine"): number[] {
  const below = (directory: string): number[] => [...processesIn(directory), ...children(directory).flatMap((child) => below(path.join(directory, child)))];
  return below(path.join(unifiedGroup(id), part));
}

/** Host process id of the droplet's init. */
export const initOf = (id: string): number | undefined => processesOf(id).find(isInit);

function processesIn(directory: string): number[] {
  try {
    return fs.readFileSync(path.join(directory, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Process 1 of the namespace just below ours: a container's init inside the droplet is one deeper. */
function isInit(pid: number): boolean {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
    const depth = fs.readFileSync("/proc/self/status", "utf8").match(/^NSpid:(.*)$/m)![1]!.trim().split(/\s+/).length;
    const ids = status.match(/^NSpid:(.*)$/m)![1]!.trim().split(/\s+/);
    return ids.length === depth + 1 && ids[depth] === "1";
  } catch {
    return false; // it has exited meanwhile
  }
}

function children(directory: string): string[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** Groups are removed like directories, but only by rmdir and only when empty, which a killed process delays. */
async function removeTree(directory: string): Promise<void> {
  for (const child of children(directory)) await removeTree(path.join(directory, child));
  const gone = await until(() => {
    try {
      fs.rmdirSync(directory);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ENOENT";
    }
  }, 5);
  if (!gone) throw new Error(`cannot remove the control group ${directory}`);
}
