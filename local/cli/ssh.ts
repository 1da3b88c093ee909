import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { sshConfig } from "./outputs";
import { UserError } from "../../ops/terminal";

/** A shell on HOST, or CMD's output and exit status. */
export async function run(): Promise<number> {
  if (!fs.existsSync(sshConfig)) throw new UserError("there is no local stack on this machine: run `make up`.");
  const names = [...fs.readFileSync(sshConfig, "utf8").matchAll(/^Host (\S+)$/gm)].map((m) => m[1]).filter((n) => n !== "*");
  const host = process.env.HOST ?? "";
  if (!names.includes(host)) {
    throw new UserError(`HOST=${host || "(empty)"} is no machine of the stack. There are: ${names.join(", ")}. Type, for one: make ssh HOST=${names[0]}`);
  }
  const command = process.env.CMD ? ["--", process.env.CMD] : [];
  const result = spawnSync("ssh", ["-F", sshConfig, host, ...command], { stdio: "inherit" });
  if (result.error) throw result.error;
  return result.status ?? 255;
}
