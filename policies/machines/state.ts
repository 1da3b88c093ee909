import type { Container } from "../../machine/state";

export const command = "command:remote:Command";

let last: { stdin: string; containers: Container[] } = { stdin: "", containers: [] };

/** The containers of the state that a command brings onto its machine. None for a command that brings no state. */
export function containersOf({ stdin }: any): Container[] {
  if (typeof stdin !== "string") return [];
  // Several rules look at the same state in turn, and it is large.
  if (last.stdin !== stdin) last = { stdin, containers: parsed(stdin) };
  return last.containers;
}

function parsed(stdin: string): Container[] {
  try {
    return JSON.parse(stdin)?.state?.containers ?? [];
  } catch {
    return [];
  }
}
