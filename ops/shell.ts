import { spawnSync } from "node:child_process";
import { askedHost } from "./host";
import type { OperatedStack } from "./stack";

/** A shell on HOST, or CMD's output and exit status. */
export function shell(stack: OperatedStack): Promise<number> {
  const command = process.env.CMD ? ["--", process.env.CMD] : [];
  const result = spawnSync("ssh", ["-F", stack.sshConfig, askedHost(stack), ...command], { stdio: "inherit" });
  if (result.error) throw result.error;
  return Promise.resolve(result.status ?? 255);
}
