import { isGiven } from "../cli/flag";
import type { OperatedStack } from "./stack";

/** Runs `ringo-backup` on the data machine. */
export const onData = (stack: OperatedStack, ...argv: string[]): Promise<number> =>
  stack.run("data", ["ringo-backup", ...argv]).then(({ code }) => code);

const asked = (name: string): string => process.env[name] ?? "";

/** Lists the backups, and how far back a restore can go. */
export const list = (stack: OperatedStack): Promise<number> => onData(stack, "list", ...(isGiven("JSON") ? ["--json"] : []));

/** Makes a backup. TYPE=full|diff|incr. @default incr */
export const backup = (stack: OperatedStack): Promise<number> => onData(stack, "backup", asked("TYPE") || "incr");

/** Sets a restore point, NAME=…. */
export const point = (stack: OperatedStack): Promise<number> => onData(stack, "point", asked("NAME"));

/** Runs the weekly restore test now. */
export const restoreTest = (stack: OperatedStack): Promise<number> => onData(stack, "test");

/** Removes directories that restores kept. WHAT=<path> or WHAT=all. */
export const discard = (stack: OperatedStack): Promise<number> =>
  onData(stack, "discard", asked("WHAT") === "all" ? "--all" : asked("WHAT"), "--yes");
