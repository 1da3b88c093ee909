import type { OutputMap, Stack } from "@pulumi/pulumi/automation";
import { acmeRootsFile } from "../paths";
import { UserError } from "../../ops/terminal";

/** The certificate authority that the local ACME server signs with, for `curl --cacert`. */
export const caCertificate = acmeRootsFile;

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
