import { remoteCommand } from "../../machine/payload";
import type { Rule } from "../rule";
import { bringsState, command } from "./state";

export const commandState: Rule = {
  name: "command-state",
  types: [command],
  chapter: "Machines",
  severity: "high",
  // An operator may have to do something by hand, once.
  level: "advisory",
  demands: "A remote command applies a machine's state, and does nothing else.",
  wrong: "No rule sees what it starts or changes: a container run as root, a firewall switched off. No later apply restores it, and no record shows it.",
  fix: "make it part of the machine's state (machine/), and let Host.apply send it.",
  answers: [],
  *check(inputs) {
    for (const when of ["create", "update", "delete"]) {
      if (inputs[when] !== undefined && inputs[when] !== remoteCommand) yield `its ${when} does something else than apply a machine's state`;
    }
    if (inputs.create === remoteCommand && !bringsState(inputs)) yield "its stdin is no machine's state";
  },
};
