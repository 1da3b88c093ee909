import { understandFlags } from "./flag";
import { red, say, UserError } from "./terminal";

/** Runs the command that the command line names, and exits with its status. A failure is printed, and the status is 1. */
export function runNamed<Command>(commands: Record<string, Command>, run: (command: Command, name: string) => Promise<number>): void {
  chosen(commands, run).then(
    (code) => process.exit(code),
    (error: unknown) => {
      say(red("error: ") + (error instanceof UserError ? error.message : error instanceof Error ? error.stack ?? error.message : String(error)));
      process.exit(1);
    },
  );
}

async function chosen<Command>(commands: Record<string, Command>, run: (command: Command, name: string) => Promise<number>): Promise<number> {
  understandFlags();
  const name = process.argv[2] ?? "";
  const command = commands[name];
  if (!command) throw new UserError(`"${name}" is not a command. Commands: ${Object.keys(commands).join(", ")}.`);
  return run(command, name);
}
