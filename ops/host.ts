import * as fs from "node:fs";
import { stackName } from "../local/paths";
import type { OperatedStack } from "./stack";
import { UserError } from "../cli/terminal";

/** The machine that HOST names. @throws UserError if the stack has no machine of that name */
export function askedHost({ sshConfig }: OperatedStack): string {
  const names = [...fs.readFileSync(sshConfig, "utf8").matchAll(/^Host (\S+)$/gm)].map((match) => match[1]).filter((name) => name !== "*");
  const host = process.env.HOST ?? "";
  if (!names.includes(host)) throw new UserError(`HOST=${host || "(empty)"} is not a machine of the stack. There are: ${names.join(", ")}. For example: HOST=${names[0]}`);
  return host;
}

/** The make command line for a machine of this stack. */
export const makeCommand = ({ name }: OperatedStack, command: string, host: string): string =>
  `make ${command} ${name === stackName ? "" : `STACK=${name} `}HOST=${host}`;
