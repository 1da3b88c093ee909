import { isGiven } from "../cli/flag";
import type { OperatedStack } from "./stack";

/** The machine that has the data, and the command on it. */
export const onData = (stack: OperatedStack, ...argv: string[]): Promise<number> =>
  stack.run("data", ["ringo-backup", ...argv]).then(({ code }) => code);

const asked = (name: string): string => process.env[name] ?? "";

/** What there is, and how far back a restore can go. */
export const list = (stack: OperatedStack): Promise<number> => onData(stack, "list", ...(isGiven("JSON") ? ["--json"] : []));

/** TYPE=full|diff|incr. */
export const backup = (stack: OperatedStack): Promise<number> => onData(stack, "backup", asked("TYPE") || "incr");

/** NAME=… names this moment. */
export const point = (stack: OperatedStack): Promise<number> => onData(stack, "point", asked("NAME"));

/** What happens each Sunday, now. */
export const rehearse = (stack: OperatedStack): Promise<number> => onData(stack, "test");

/** WHAT=<path> or WHAT=all. */
export const discard = (stack: OperatedStack): Promise<number> =>
  onData(stack, "discard", asked("WHAT") === "all" ? "--all" : asked("WHAT"), "--yes");
