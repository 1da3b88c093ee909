import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** What sshd itself makes of a configuration: `sshd -T`, with further arguments. */
export function effectiveSettings(config: string, ...args: string[]): string {
  // As root it wants the directory that a booted system has made for it.
  if (process.getuid!() === 0) mkdirSync("/run/sshd", { recursive: true });
  return execFileSync("/usr/sbin/sshd", ["-T", "-f", config, ...args], { encoding: "utf8" });
}
