import * as path from "node:path";
import type { Container, MachineState } from "../../machine/state";
import { isPrivate } from "../network/addresses";
import type { Rule } from "../rule";
import { command, stateOf } from "./state";

const byDigest = /@sha256:[0-9a-f]{64}$/;
/** Binding one of these, what is in it or what it is in gives the machine away. */
const precious = ["/etc", "/root", "/boot", "/dev", "/proc", "/sys", "/run", "/var/run", "/var/lib/docker", "/var/lib/containerd", "/var/spool", "/home", "/opt", "/usr", "/bin", "/sbin", "/lib", "/lib64"];
/** Nobody is the image's own user: root. A number is read as a number. */
function isRoot(user = ""): boolean {
  const name = user.trim().split(":")[0];
  return name === "" || name === "root" || Number(name) === 0;
}

const isIn = (inner: string, outer: string): boolean => `${inner}/`.startsWith(`${outer}/`);

function* faults({ image, user, publish, volumes, network }: Container, { users }: Pick<MachineState, "users">, throwaway: boolean): Iterable<string> {
  if (!throwaway && !byDigest.test(image)) yield "names its image by tag, which can change";
  if (isRoot(user)) yield "runs as root";
  // The firewall knows the machine's users, and lets out only those that a concern names.
  if (network === "host" && !users.some(({ uid }) => uid !== undefined && String(uid) === user?.split(":")[0])) yield "uses the host's network without a user that the firewall restricts";
  for (const text of publish ?? []) {
    const [, address] = /^(.*):\d+:\d+(?:\/\w+)?$/.exec(text) ?? [];
    if (address === undefined || !(isPrivate(address) || address === "127.0.0.1")) yield "publishes a port on a public address, which bypasses the machine's firewall";
  }
  for (const text of volumes ?? []) {
    const source = path.posix.normalize(text.split(":")[0].replace(/^\/+|\/+$/g, "/"));
    if (source === "/") yield "mounts the machine's root";
    else if (precious.some((each) => isIn(source, each) || isIn(each, source))) yield `binds ${source}`;
  }
}

export const container: Rule = {
  name: "container-hardened",
  types: [command],
  chapter: "Machines",
  severity: "high",
  demands: "Containers run an image named by digest, as a user other than root, publish ports on private addresses, mount nothing of the system, and use "
    + "the host's network only as a user that its firewall restricts. "
    + "The machine itself adds a read-only root, no capabilities and no new privileges (machine/apply/containers.py).",
  wrong: "Code that escapes the application controls the machine, or the image is not the one that was tested.",
  fix: "name the image by digest, set user, and publish on the machine's private address.",
  answers: ["CIS Docker 4.1", "CIS Docker 5.5", "CIS Docker 5.9", "CIS Docker 5.13", "CIS Docker 5.31"],
  *check(inputs, { settings }) {
    const state = stateOf(inputs);
    for (const each of state.containers) {
      for (const fault of faults(each, state, settings.throwaway)) yield `container ${each.name} ${fault}`;
    }
  },
};
