import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** As root sshd wants the directory that a booted system has made for it. */
export function makeRunDirectory(): void {
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
}

/** What sshd itself makes of a configuration: `sshd -T`, with further arguments. */
export function effectiveSettings(config: string, ...args: string[]): string {
  makeRunDirectory();
  return execFileSync("/usr/sbin/sshd", ["-T", "-f", config, ...args], { encoding: "utf8" });
}
