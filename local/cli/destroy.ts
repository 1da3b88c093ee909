import * as fs from "node:fs";
import { destroyCloud } from "../cloud";
import { stateDir } from "../paths";
import { stopServices } from "../services";
import { agreed } from "../../ops/confirm";
import { green, say } from "../../ops/terminal";

/**
 * Removes the stack and every trace of it. The machines go with their disks, so the engine is not asked to delete
 * them one by one: this works after a crash of anything, too.
 */
export async function run(): Promise<number> {
  if (fs.existsSync(stateDir) && !(await agreed("This removes the local stack: all its machines, its database, its files and its keys."))) return 1;
  await stopServices();
  await destroyCloud();
  fs.rmSync(stateDir, { recursive: true, force: true });
  say(green("The local stack is gone; nothing of it is left but the caches (`make clean` removes those)."));
  return 0;
}
