import * as fs from "node:fs";
import { stateDir } from "../paths";
import { listGroups, processesOf } from "./cgroup";

/** A machine on this host, or what is left of one. */
export interface Found {
  id: string;
  name: string;
  /** The state directory of the stack that it belongs to; undefined if that no longer exists. */
  owner?: string;
}

/** All machines with control groups, of any state directory: names of kernel objects do not tell them apart. */
export const findMachines = (): Found[] => listGroups().map((id) => found(id, processesOf(id, ".").map(argumentsOf)));

/** Those of another, existing state directory. */
export const ofOthers = (machines: Found[]): Found[] => machines.filter(({ owner }) => owner !== undefined && owner !== stateDir);

/** @param commands arguments of the machine's processes: its supervisor and systemd-nspawn name its directory */
export function found(id: string, commands: string[][]): Found {
  const keeping = commands.find((words) => words.includes(`--machine=ringo-${id}`)) ?? [];
  const value = (option: string): string | undefined => keeping.find((word) => word.startsWith(`--${option}=`))?.slice(option.length + 3);
  const owner = value("directory")?.replace(/\/cloud\/machines\/\d+\/root$/, "");
  return { id, name: value("hostname") ?? id, owner: owner !== undefined && fs.existsSync(owner) ? owner : undefined };
}

function argumentsOf(pid: number): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it has exited meanwhile
  }
}
