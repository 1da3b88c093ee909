import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import type { OperatedStack } from "./stack";
import { UserError } from "./terminal";

/** A shell on HOST, or CMD's output and exit status. */
export function shell(stack: OperatedStack): Promise<number> {
  const names = [...fs.readFileSync(stack.sshConfig, "utf8").matchAll(/^Host (\S+)$/gm)].map((match) => match[1]).filter((name) => name !== "*");
  const host = process.env.HOST ?? "";
  if (!names.includes(host)) {
    throw new UserError(`HOST=${host || "(empty)"} is no machine of the stack. There are: ${names.join(", ")}. Type, for one: make ssh HOST=${names[0]}`);
  }
  const command = process.env.CMD ? ["--", process.env.CMD] : [];
  const result = spawnSync("ssh", ["-F", stack.sshConfig, host, ...command], { stdio: "inherit" });
  if (result.error) throw result.error;
  return Promise.resolve(result.status ?? 255);
}
