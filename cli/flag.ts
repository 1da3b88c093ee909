import { UserError } from "./terminal";

/** What is meant or is not, of make's variables. */
const flags = ["YES", "REFRESH", "ASIDE", "LATER", "JSON"] as const;
/** One of them. */
export type Flag = (typeof flags)[number];

/** Whether a flag is given. @throws UserError on what is neither a 1 nor nothing: taken for nothing, it would have a command do the opposite */
export function isGiven(name: Flag, environment: NodeJS.ProcessEnv = process.env): boolean {
  const value = environment[name] ?? "";
  if (value !== "" && value !== "1") throw new UserError(`${name}=${value} is not understood, and nothing was done: use ${name}=1, or leave it out.`);
  return value === "1";
}

/** Before a command does anything. @throws UserError when any flag is not understood, needed or not */
export const understandFlags = (): void => flags.forEach((name) => isGiven(name));
