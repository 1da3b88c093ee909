import { stateIn } from "../../machine/payload";
import type { MachineState } from "../../machine/state";

export const command = "command:remote:Command";

/** What a command brings onto its machine: nothing, where it brings no state. */
type Brought = Pick<MachineState, "containers" | "files" | "users">;

const nothing: Brought = { containers: [], files: [], users: [] };
let last: { stdin: string; state: Brought | undefined } = { stdin: "", state: undefined };

export const stateOf = (inputs: any): Brought => read(inputs) ?? nothing;

/** Whether what a command is sent is a state. */
export const bringsState = (inputs: any): boolean => read(inputs) !== undefined;

function read({ stdin }: any): Brought | undefined {
  if (typeof stdin !== "string") return undefined;
  // Several rules look at the same state in turn, and it is large.
  if (last.stdin !== stdin) last = { stdin, state: parsed(stdin) };
  return last.state;
}

function parsed(stdin: string): Brought | undefined {
  try {
    return { ...nothing, ...stateIn(stdin) };
  } catch {
    return undefined;
  }
}
