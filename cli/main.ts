import { understandFlags } from "./flag";
import { red, say, UserError } from "./terminal";

/** A program of several commands: runs the one that the command line names, and ends the process with its exit status. A failure is told, and ends it with 1. */
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
  if (!command) throw new UserError(`"${name}" is no command. There are: ${Object.keys(commands).join(", ")}.`);
  return run(command, name);
}
