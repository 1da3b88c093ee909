import { backup, discard, list, point, rehearse } from "./backups";
import { doctor } from "./doctor";
import { logs } from "./logs";
import { renew } from "./renew";
import { restore } from "./restore";
import { rewindBackups } from "./rewind";
import { rotateBackupKey, rotateDeployerKey, rotateMediaKeys, rotatePasswords } from "./rotate";
import { shell } from "./shell";
import { openOperated, type OperatedStack } from "./stack";
import { red, say, UserError } from "./terminal";

const commands: Record<string, (stack: OperatedStack) => Promise<number>> = {
  ssh: shell, doctor, logs, backups: list, backup, discard, restore, "restore-point": point, "restore-test": rehearse, "rotate-backup-key": rotateBackupKey, "rotate-deployer-key": rotateDeployerKey, "rotate-passwords": rotatePasswords, "rotate-media-keys": rotateMediaKeys, "rewind-backups": rewindBackups, renew,
};

async function main(name = ""): Promise<number> {
  const command = commands[name];
  if (!command) throw new UserError(`"${name}" is no command. There are: ${Object.keys(commands).join(", ")}.`);
  const stack = openOperated();
  try {
    return await command(stack);
  } finally {
    stack.close();
  }
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(red("error: ") + (error instanceof UserError ? error.message : error instanceof Error ? error.stack ?? error.message : String(error)));
    process.exit(1);
  },
);
