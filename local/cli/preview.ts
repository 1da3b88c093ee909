import { colourful } from "../../ops/terminal";
import { prepare, withStack } from "./session";

/** Shows the engine's own preview with its diff. */
export async function run(): Promise<number> {
  const facts = await prepare();
  await withStack(facts, async (stack) => {
    await stack.preview({ diff: true, color: colourful ? "always" : "never", onOutput: (text) => void process.stdout.write(text) });
  });
  return 0;
}
