import { createInterface } from "node:readline/promises";
import { isGiven } from "./flag";
import { bold, say, UserError } from "./terminal";

/** Asks for the stack's name rather than a yes, so that nobody confirms the wrong stack. */
export const confirmed = (name: string, what = `This changes the data of ${bold(name)}.`): Promise<boolean> =>
  ask(`${what} Type the stack's name to continue: `, (typed) => typed === name);

/** Asks for a yes. */
export const agreed = (what: string): Promise<boolean> => ask(`${what} [yes/no] `, (typed) => /^y(es)?$/i.test(typed));

/** @param means whether the typed text means yes. @throws UserError without a terminal to ask on */
async function ask(prompt: string, means: (typed: string) => boolean): Promise<boolean> {
  if (isGiven("YES")) return true;
  if (!process.stdin.isTTY) throw new UserError(`${prompt.trim()}\nNothing was done: there is no terminal to ask on. Set YES=1 to answer yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (means((await terminal.question(prompt)).trim())) return true;
  } finally {
    terminal.close();
  }
  say("nothing was done");
  return false;
}
