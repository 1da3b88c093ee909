import { exists, localEngine } from "../engine";
import { acmeRootsFile, stackName } from "../paths";
import { hidden, readOutputs } from "../../cli/outputs";
import { UserError } from "../../cli/terminal";

/** Prints the stack's outputs, without the secret ones, as one JSON object on stdout, and where the certificate authority's file is. */
export async function run(): Promise<number> {
  if (!exists()) throw new UserError("there is no local stack on this machine: run `make up`.");
  const outputs = Object.entries(readOutputs(localEngine(), stackName)).filter(([, value]) => value !== hidden);
  process.stdout.write(`${JSON.stringify({ ...Object.fromEntries(outputs), caCertificate: acmeRootsFile }, null, 2)}\n`);
  return 0;
}
