import * as fs from "node:fs";
import type { OutputMap, Stack } from "@pulumi/pulumi/automation";
import { sshFiles, type Reachable } from "../../components/access";
import { inState } from "../paths";
import { UserError } from "./terminal";

/** The certificate authority that the local ACME server signs with, for `curl --cacert`. */
export const caCertificate = inState("acme-roots.pem");

export interface Machine {
  name: string;
  role: string;
  publicAddress: string | null;
  privateAddress: string;
}

/** What `make output` prints: the stack's plain outputs and where the certificate authority's file is. */
export function publicOutputs(outputs: OutputMap): Record<string, unknown> {
  const plain = Object.entries(outputs).filter(([, output]) => !output.secret).map(([key, { value }]) => [key, value]);
  return { ...Object.fromEntries(plain), caCertificate };
}

/** The outputs of a stack that is up. @throws UserError when there is none. */
export async function readOutputs(stack: Stack): Promise<OutputMap> {
  const outputs = await stack.outputs();
  if (!outputs.apiUrl) throw new UserError("the local stack is not up, or its last `make up` did not end: run `make up`.");
  return outputs;
}

/** Writes what an SSH client needs; the key is for its owner alone. */
export function writeSshFiles(outputs: OutputMap): string {
  const directory = inState("ssh");
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [bastion, ...others] = outputs.reachable.value as Reachable[];
  const files = sshFiles(bastion, others, directory);
  fs.writeFileSync(`${directory}/deployer`, outputs.deployerKey.value as string, { mode: 0o600 });
  fs.writeFileSync(`${directory}/known_hosts`, files.knownHosts);
  fs.writeFileSync(`${directory}/config`, files.config);
  return `${directory}/config`;
}

export const sshConfig = inState("ssh", "config");
