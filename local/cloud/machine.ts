import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { sizes } from "../../config/sizes";
import { projectDir } from "../paths";
import { initOf, isPopulated, killGroup, makeGroups, removeGroups } from "./cgroup";
import { dockerDirectory, machineDirectory, mountDisk, rootDirectory, unmountDisk } from "./disk";
import { connect, disconnect } from "./fabric";
import { deviceDirectory, dropletNamespace } from "./names";
import { run, until } from "./run";
import type { Droplet } from "./state";

const consoleLog = (id: number): string => machineDirectory(id, "console.log");
/** Where a droplet's volumes appear, as seen from the host. */
export const diskDirectory = (id: number): string => path.join(deviceDirectory, String(id));

/** Whether the machine is on. */
export const isRunning = (id: number): boolean => isPopulated(String(id));

/** Whether it powered itself off, and therefore stays off until somebody starts it. */
export const poweredItselfOff = (id: number): boolean => fs.existsSync(machineDirectory(id, "off"));

/**
 * Switches a droplet on and waits until its init runs. Does nothing if it is on.
 * @throws with the end of its console if it does not start
 */
export async function powerOn(droplet: Droplet, ipRange: string): Promise<void> {
  const { id } = droplet;
  if (isRunning(id)) return;
  await connect(droplet, ipRange);
  await mountDisk(droplet);
  fs.rmSync(machineDirectory(id, "off"), { force: true });
  fs.mkdirSync(diskDirectory(id), { recursive: true });
  // Linux 6.18 kills processes forked into a group that was killed less often than their parent's: after the plug was pulled, every
  // service whose group is new. So all groups are new.
  await removeGroups(String(id));
  const groups = makeGroups(String(id), sizes[droplet.size]!);
  const log = fs.openSync(consoleLog(id), "w", 0o600);
  // A session of its own, without the command's environment.
  const supervisor = spawn(
    path.join(projectDir, "local/cloud/supervise.sh"),
    [machineDirectory(id), groups.keeper.join(":"), groups.machine.join(":"), ...nspawnArguments(droplet)],
    {
      detached: true, cwd: "/", stdio: ["ignore", log, log],
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8",
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1", SYSTEMD_SECCOMP: "0", SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network",
        SYSTEMD_NSPAWN_TMPFS_TMP: "0", // the machine mounts it itself
      },
    },
  );
  fs.closeSync(log);
  let ended = false;
  supervisor.on("error", () => (ended = true)).on("exit", () => (ended = true));
  supervisor.unref();
  await until(() => ended || initOf(String(id)) !== undefined, 20);
  if (ended || initOf(String(id)) === undefined) {
    const lines = fs.readFileSync(consoleLog(id), "utf8").trim().split("\n").slice(-10);
    throw new Error([`droplet ${droplet.name} does not start; ${consoleLog(id)} ends with`, ...lines].join("\n  "));
  }
}

function nspawnArguments(droplet: Droplet): string[] {
  const { id } = droplet;
  return [
    "--quiet", "--boot", `--directory=${rootDirectory(id)}`, `--machine=ringo-${id}`, `--hostname=${droplet.name}`,
    "--register=no", "--keep-unit", "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe",
    "--capability=all", `--network-namespace-path=/run/netns/${dropletNamespace(id)}`,
    `--bind=${dockerDirectory(id)}:/var/lib/docker`, "--bind=/dev/fuse",
    `--bind=${diskDirectory(id)}:/dev/disk/by-id`,
  ];
}

/** Switches a droplet off: by its power button, and after ten seconds by pulling its plug. */
export async function powerOff(id: number, options: { graceful: boolean }): Promise<void> {
  if (options.graceful) await powerButton(id, 10);
  await killGroup(String(id));
}

/** Presses a droplet's power button and waits until it is off, at most that many seconds. Returns whether it is. */
export async function powerButton(id: number, seconds: number): Promise<boolean> {
  const init = initOf(String(id));
  if (init === undefined) return true;
  process.kill(init, realTimeSignal(4)); // systemd's "power off"
  return until(() => !isRunning(id), seconds);
}

/** Number of SIGRTMIN+n; glibc keeps the kernel's first two for itself. */
const realTimeSignal = (n: number): number => 34 + n;

/** Removes a droplet's machine, running or not, and everything of it except its volumes. */
export async function removeMachine(id: number): Promise<void> {
  await killGroup(String(id));
  await disconnect(id);
  await unmountDisk(id);
  await removeGroups(String(id));
  fs.rmSync(diskDirectory(id), { recursive: true, force: true });
  fs.rmSync(machineDirectory(id), { recursive: true, force: true });
}

/** Runs a command in a droplet from outside, without its network: for tests. */
export async function execIn(id: number, command: string[]): Promise<string> {
  const init = initOf(String(id));
  if (init === undefined) throw new Error(`droplet ${id} is off`);
  return run("nsenter", ["-t", String(init), "-m", "-u", "-i", "-n", "-p", "-C", "--", ...command]);
}
