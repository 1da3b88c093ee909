import { colourful } from "../../cli/terminal";
import { policyPack } from "../workspace";
import { Progress } from "./progress";
import { prepare, withStack } from "./session";

/** Shows the engine's own preview with its diff, judged by the policies. */
export async function run(): Promise<number> {
  const facts = await prepare();
  return withStack(facts, async (stack) => {
    const progress = new Progress(true);
    try {
      await stack.preview({
        diff: true, policyPacks: [policyPack], color: colourful ? "always" : "never",
        onOutput: (text) => void process.stdout.write(text), onError: (text) => void process.stderr.write(text), onEvent: progress.on,
      });
      return 0;
    } catch (error) {
      if (progress.errors.length === 0) throw error;
      return 1; // the engine has said why
    }
  });
}
