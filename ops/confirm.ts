import { createInterface } from "node:readline/promises";
import { bold, say, UserError } from "./terminal";

/** Asks for the stack's name rather than a yes: whoever types it has looked at which one it is. */
export async function confirmed(name: string, what = `This changes the data of ${bold(name)}.`): Promise<boolean> {
  if (process.env.YES === "1") return true;
  if (!process.stdin.isTTY) throw new UserError("there is no terminal to ask on: nothing was done. YES=1 means it.");
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if ((await prompt.question(`${what} Type the stack's name to go on: `)).trim() === name) return true;
  } finally {
    prompt.close();
  }
  say("nothing was changed");
  return false;
}
