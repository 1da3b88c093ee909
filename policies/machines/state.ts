import { stateIn } from "../../machine/payload";
import type { MachineState } from "../../machine/state";

export const command = "command:remote:Command";

/** What a command brings onto its machine: nothing, where it brings no state. */
type Brought = Pick<MachineState, "containers" | "files" | "users">;

const nothing: Brought = { containers: [], files: [], users: [] };
let last: { stdin: string; state: Brought } = { stdin: "", state: nothing };

export function stateOf({ stdin }: any): Brought {
  if (typeof stdin !== "string") return nothing;
  // Several rules look at the same state in turn, and it is large.
  if (last.stdin !== stdin) last = { stdin, state: parsed(stdin) };
  return last.state;
}

function parsed(stdin: string): Brought {
  try {
    return { ...nothing, ...stateIn(stdin) };
  } catch {
    return nothing;
  }
}
