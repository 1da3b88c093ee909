import { UserError } from "./terminal";

/** Those of make's variables that are either set or not. */
const flags = ["YES", "REFRESH", "ASIDE", "LATER", "JSON"] as const;
/** One of `flags`. */
export type Flag = (typeof flags)[number];

/** Whether a flag is set. @throws UserError for any value but 1 or nothing: to ignore it could do the opposite of what was meant */
export function isGiven(name: Flag, environment: NodeJS.ProcessEnv = process.env): boolean {
  const value = environment[name] ?? "";
  if (value !== "" && value !== "1") throw new UserError(`${name}=${value} is not valid, and nothing was done: use ${name}=1, or leave it out.`);
  return value === "1";
}

/** Checks all flags before a command does anything. @throws UserError if any is invalid, whether the command uses it or not */
export const understandFlags = (): void => flags.forEach((name) => isGiven(name));
