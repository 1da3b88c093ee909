import * as fs from "node:fs";
import { initOf, processesOf } from "./cgroup";
import { major, minor } from "./device";
import { execIn } from "./machine";
import { until } from "./run";

/**
 * Takes a block device from a droplet that may be at work on it: nothing there reads or writes it any more. In the cloud the device
 * goes, and each access fails. Here the kernel is the host's and would go on: so what is mounted of it is unmounted, and whoever still
 * has a file of it is killed.
 * @throws when it is in use after ten seconds
 */
export async function takeDevice(droplet: number, device: number): Promise<void> {
  const init = initOf(String(droplet));
  if (init === undefined) return;
  for (const directory of mountsIn(init, device)) await execIn(droplet, ["umount", "--lazy", directory]);
  const users = (): number[] => processesOf(String(droplet)).filter((pid) => uses(pid, device));
  const free = await until(() => {
    const found = users();
    for (const pid of found) kill(pid);
    return found.length === 0;
  }, 10);
  if (!free) throw new Error(`droplet ${droplet} does not let go of its volume: processes ${users().join(", ")}`);
}

/** Where a process sees a device mounted, the innermost first. */
function mountsIn(pid: number, device: number): string[] {
  const lines = read(pid, "mountinfo").split("\n").map((line) => line.split(" "));
  return lines.flatMap(([, , number, , directory]) => (number === `${major(device)}:${minor(device)}` ? [unescaped(directory!)] : [])).reverse();
}

/** Whether a process is in the file system of a device, has a file of it or the device itself open, runs from it, or, as in a container, sees it where nobody else does. */
function uses(pid: number, device: number): boolean {
  const mapped = `${hex(major(device))}:${hex(minor(device))}`;
  const held = ["cwd", "root", ...list(pid, "fd").map((fd) => `fd/${fd}`)];
  return mountsIn(pid, device).length > 0
    || read(pid, "maps").split("\n").some((line) => line.split(/ +/)[3] === mapped)
    || held.some((name) => {
      const stat = attempted(() => fs.statSync(`/proc/${pid}/${name}`));
      return stat?.dev === device || stat?.rdev === device;
    });
}

const hex = (number: number): string => number.toString(16).padStart(2, "0");
/** The kernel writes what would end a word as octal. */
const unescaped = (text: string): string => text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

const read = (pid: number, name: string): string => attempted(() => fs.readFileSync(`/proc/${pid}/${name}`, "utf8")) ?? "";
const list = (pid: number, name: string): string[] => attempted(() => fs.readdirSync(`/proc/${pid}/${name}`)) ?? [];
const kill = (pid: number): unknown => attempted(() => process.kill(pid, "SIGKILL"));

/** Undefined where the process has ended meanwhile. */
function attempted<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}
