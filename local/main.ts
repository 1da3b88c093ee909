import "../sdk/function-serialization";
import { runNamed } from "../cli/main";
import { mustBeRoot } from "./cli/root";

/** Each command is a module of its own, loaded only when needed. */
const commands: Record<string, () => Promise<{ run(): Promise<number> }>> = {
  up: () => import("./cli/up"),
  preview: () => import("./cli/preview"),
  output: () => import("./cli/output"),
  destroy: () => import("./cli/destroy"),
};

runNamed(commands, async (load, name) => {
  mustBeRoot(name);
  return (await load()).run();
});
