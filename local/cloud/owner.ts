import * as fs from "node:fs";
import { stateDir } from "../paths";
import { listGroups, processesOf } from "./cgroup";

/** A machine that runs here, or what is left of one. */
export interface Found {
  id: string;
  name: string;
  /** The state directory of the stack that it belongs to; undefined where that is gone. */
  owner?: string;
}

/** All of the control groups' machines, whichever state directory has them: names of kernel objects do not tell. */
export const findMachines = (): Found[] => listGroups().map((id) => found(id, processesOf(id, ".").map(argumentsOf)));

/** Those of a stack that another state directory has, which is still there. */
export const ofOthers = (machines: Found[]): Found[] => machines.filter(({ owner }) => owner !== undefined && owner !== stateDir);

/** @param commands arguments of all that runs in the machine: what keeps it, and systemd-nspawn, name its directory */
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
    return []; // it ended meanwhile
  }
}
