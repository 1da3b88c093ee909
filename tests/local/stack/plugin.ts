import { random } from "../../../local/providers/random";
import { serve } from "../../../local/providers/server";

/** The stand-in as a program that speaks the plugin protocol: the engine starts it, and reads from stdout where it listens. */
serve([random]).then(
  ({ environment }) => process.stdout.write(`${environment.split(":")[1]}\n`),
  (error: unknown) => process.stderr.write(`${String(error)}\n`, () => process.exit(1)),
);
