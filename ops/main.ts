import { backup, discard, list, point, rehearse } from "./backups";
import { doctor } from "./doctor";
import { understandFlags } from "../cli/flag";
import { logs } from "./logs";
import { renew } from "./renew";
import { restore } from "./restore";
import { rotateBackupKey, rotateDeployerKey, rotateMediaKeys, rotatePasswords } from "./rotate";
import { shell } from "./shell";
import { openOperated, type OperatedStack } from "./stack";
import { red, say, UserError } from "../cli/terminal";

// One alone needs AWS's SDK, which takes as long to load as all the rest.
const commands: Record<string, (stack: OperatedStack) => Promise<number>> = {
  ssh: shell, doctor, logs, backups: list, backup, discard, restore, "restore-point": point, "restore-test": rehearse, "rotate-backup-key": rotateBackupKey, "rotate-deployer-key": rotateDeployerKey, "rotate-passwords": rotatePasswords, "rotate-media-keys": rotateMediaKeys, "rewind-backups": async (stack) => (await import("./rewind")).rewindBackups(stack), renew,
};

async function main(name = ""): Promise<number> {
  understandFlags();
  const command = commands[name];
  if (!command) throw new UserError(`"${name}" is no command. There are: ${Object.keys(commands).join(", ")}.`);
  const stack = openOperated();
  try {
    return await command(stack);
  } finally {
    stack.close();
  }
}

// A signal ends a command as its end does, with what it takes back and removes then: keys, above all. Left to itself it ends the process alone.
for (const [signal, number] of [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const) process.once(signal, () => process.exit(128 + number));

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(red("error: ") + (error instanceof UserError ? error.message : error instanceof Error ? error.stack ?? error.message : String(error)));
    process.exit(1);
  },
);
