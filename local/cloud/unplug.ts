import * as fs from "node:fs";
import { initOf, processesOf } from "./cgroup";
import { major, minor } from "./device";
import { execIn } from "./machine";
import { until } from "./run";

/**
 * Removes a block device from a droplet that may be using it: nothing there reads or writes it any more. In the cloud the device
 * disappears, and each access fails. Here the kernel is the host's and would carry on: so its mounts are unmounted, and processes that
 * still have a file of it are killed.
 * @throws if it is still in use after ten seconds
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
  if (!free) throw new Error(`droplet ${droplet} does not release its volume: processes ${users().join(", ")}`);
}

/** A device's mount points as a process sees them, innermost first. */
function mountsIn(pid: number, device: number): string[] {
  const lines = read(pid, "mountinfo").split("\n").map((line) => line.split(" "));
  return lines.flatMap(([, , number, , directory]) => (number === `${major(device)}:${minor(device)}` ? [unescaped(directory!)] : [])).reverse();
}

/** Whether a process uses a device: as working directory, open file, device or executable, or, in a container, by a mount of its own. */
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
/** The kernel writes whitespace in octal. */
const unescaped = (text: string): string => text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

const read = (pid: number, name: string): string => attempted(() => fs.readFileSync(`/proc/${pid}/${name}`, "utf8")) ?? "";
const list = (pid: number, name: string): string[] => attempted(() => fs.readdirSync(`/proc/${pid}/${name}`)) ?? [];
const kill = (pid: number): unknown => attempted(() => process.kill(pid, "SIGKILL"));

/** Undefined if the process has exited meanwhile. */
function attempted<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}
