import { exists, openStack } from "../workspace";
import { publicOutputs, readOutputs } from "./outputs";
import { UserError } from "../../ops/terminal";

/** Prints the stack's outputs as one JSON object on stdout. */
export async function run(): Promise<number> {
  if (!exists()) throw new UserError("there is no local stack on this machine: run `make up`.");
  const outputs = await readOutputs(await openStack({ providers: "" }));
  process.stdout.write(`${JSON.stringify(publicOutputs(outputs), null, 2)}\n`);
  return 0;
}
