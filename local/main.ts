import "../components/unserialized";
import { mustBeRoot } from "./cli/root";
import { understandFlags } from "../cli/flag";
import { red, say, UserError } from "../cli/terminal";

/** Each command is a module of its own, loaded only when it is asked for. */
const commands: Record<string, () => Promise<{ run(): Promise<number> }>> = {
  up: () => import("./cli/up"),
  preview: () => import("./cli/preview"),
  output: () => import("./cli/output"),
  destroy: () => import("./cli/destroy"),
};

async function main(name: string | undefined): Promise<number> {
  understandFlags();
  const command = commands[name ?? ""];
  if (!command) throw new UserError(`"${name ?? ""}" is no command. There are: ${Object.keys(commands).join(", ")}.`);
  mustBeRoot(name!);
  return (await command()).run();
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(red("error: ") + (error instanceof UserError ? error.message : error instanceof Error ? error.stack ?? error.message : String(error)));
    process.exit(1);
  },
);
