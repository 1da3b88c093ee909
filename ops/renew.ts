import { endContainers } from "../machine/docker/shutdown";
import { confirmed } from "../cli/confirm";
import { countUp } from "./generation";
import { askedHost, makeCommand } from "./host";
import type { Machine } from "../cli/outputs";
import type { OperatedStack } from "./stack";
import { say, UserError } from "../cli/terminal";

/** What does not work until the new machine is there (some minutes), and what is lost with the old one. */
export function cost({ role }: Machine, machines: Machine[]): string {
  const others = machines.filter((machine) => machine.role === role).length - 1;
  switch (role) {
    case "edge": return "Nothing answers meanwhile.";
    case "data": return "The application does not answer meanwhile. The volume and its data stay.";
    case "monitor": return "No alerts are sent meanwhile, and its stored metrics and logs are lost.";
    case "worker": return others > 0 ? "Other workers continue." : "Tasks wait meanwhile.";
    default: return others > 0 ? "Others answer." : "The application does not answer meanwhile.";
  }
}

/** Replaces HOST, with a new host key. A machine that answers is first shut down in order, but only after a preview has succeeded. */
export async function renew(stack: OperatedStack): Promise<number> {
  const host = askedHost(stack);
  const answers = await asking(stack, host);
  const there = await answers();
  if (!there) say(`${host} does not answer and is assumed to be gone. If it only hangs, power it off first in DigitalOcean's control panel (Droplets): a worker is asked to shut down before it is deleted.`);
  const { machines } = stack.outputs();
  let begun = false;
  const takeBack = countUp(stack, ["machineGenerations", host], true);
  // However this command ends before the update begins, the next `up` must not replace the machine.
  process.once("exit", () => {
    if (begun) return;
    takeBack();
    say(`nothing was done: ${host} and the file are unchanged`);
  });
  process.removeAllListeners("SIGINT").on("SIGINT", () => undefined); // the engine got it, too, and shuts down in order
  if (there && stack.engine("preview") !== 0) return 1;
  if (!(await confirmed(stack.name, `This deletes the machine ${host} and creates a new one. ${cost(machines.find(({ name }) => name === host)!, machines)}`))) return 1;
  begun = true;
  if (there) await end(stack, host, answers);
  return stack.engine("up", { refresh: true });
}

/**
 * Returns a function that checks whether HOST accepts its operator's login. It answers about as fast as the edge, through which the connection goes:
 * a machine that is gone is waited for a few seconds longer than that.
 * @throws UserError if the edge does not answer: then nothing is known about the machines behind it
 */
async function asking(stack: OperatedStack, host: string): Promise<() => Promise<boolean>> {
  const answers = async (name: string, patience: number): Promise<boolean> => (await stack.run(name, ["true"], { capture: true, quiet: true, patience })).code === 0;
  const edge = stack.outputs().reachable[0]!.name;
  if (host === edge) return () => answers(edge, 15);
  const asked = Date.now();
  if (!(await answers(edge, 15))) {
    throw new UserError(`${host} cannot be reached: its bastion ${edge} does not answer. Nothing was done. If ${edge} is gone, run first: ${makeCommand(stack, "renew", edge)}. If it is there, check that sshAllowedCidrs contains your address.`);
  }
  const patience = 5 + Math.ceil((2 * (Date.now() - asked)) / 1000);
  return () => answers(host, patience);
}

/** @throws UserError if it still answers after two minutes */
async function end(stack: OperatedStack, host: string, answers: () => Promise<boolean>): Promise<void> {
  say(`${host} finishes its work and shuts down`);
  await stack.run(host, ["sh", "-c", `[ ! -x ${endContainers} ] || ${endContainers} stop; systemctl poweroff`], { quiet: true });
  for (const deadline = Date.now() + 120_000; await answers(); await new Promise((resolve) => setTimeout(resolve, 1000))) {
    if (Date.now() > deadline) {
      throw new UserError(`${host} was told to shut down and still answers. Delete it (DigitalOcean's control panel, Droplets), then run \`${stack.engineCommand("up", true).join(" ")}\`.`);
    }
  }
}
