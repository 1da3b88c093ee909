import { runNamed } from "../cli/main";
import { backup, discard, list, point, restoreTest } from "./backups";
import { doctor } from "./doctor";
import { logs } from "./logs";
import { releases } from "./releases";
import { renew } from "./renew";
import { restore } from "./restore";
import { rotateBackupKey, rotateDeployerKey, rotateMediaKeys, rotatePasswords } from "./rotate";
import { shell } from "./shell";
import { openOperated, type OperatedStack } from "./stack";

const commands: Record<string, (stack: OperatedStack) => Promise<number>> = {
  ssh: shell,
  doctor,
  logs,
  releases,
  backups: list,
  backup,
  discard,
  restore,
  "restore-point": point,
  "restore-test": restoreTest,
  "rotate-backup-key": rotateBackupKey,
  "rotate-deployer-key": rotateDeployerKey,
  "rotate-passwords": rotatePasswords,
  "rotate-media-keys": rotateMediaKeys,
  // Only this one needs AWS's SDK, which takes as long to load as all the rest.
  "rewind-backups": async (stack) => (await import("./rewind")).rewindBackups(stack),
  renew,
};

// A signal ends the process like the end of its command: what the command undoes and removes then, above all keys, is undone and
// removed. Without a handler a signal would run none of that.
for (const [signal, number] of [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const) process.once(signal, () => process.exit(128 + number));

runNamed(commands, async (command) => {
  const stack = openOperated();
  try {
    return await command(stack);
  } finally {
    stack.close();
  }
});
