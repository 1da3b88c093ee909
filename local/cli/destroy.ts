import * as fs from "node:fs";
import { destroyCloud, standing } from "../cloud";
import { ofOthers } from "../cloud/owner";
import { removeUnfinished } from "../images/unfinished";
import { stateDir } from "../paths";
import { runningServices, stopServices } from "../services";
import { agreed } from "../../cli/confirm";
import { green, say, yellow } from "../../cli/terminal";

/**
 * Removes the stack and every trace of it. The machines disappear with their disks, so the engine does not delete
 * them one by one: this works after any crash, even without the state directory.
 */
export async function run(): Promise<number> {
  const { machines, namespaces } = standing();
  const others = ofOthers(machines);
  const anything = fs.existsSync(stateDir) || machines.length > others.length || (others.length === 0 && namespaces.length > 0) || runningServices().length > 0;
  if (anything && !(await agreed("This removes the local stack: all its machines, its database, its files and its keys."))) return 1;
  await stopServices({ keepNames: others.length > 0 });
  await destroyCloud();
  if (others.length === 0) await removeUnfinished(); // another stack may be building
  fs.rmSync(stateDir, { recursive: true, force: true });
  say(green("The local stack was removed; only the caches are left (`make clean` removes them)."));
  for (const owner of new Set(others.map((machine) => machine.owner))) {
    const names = others.filter((machine) => machine.owner === owner).map(({ name }) => name);
    say(yellow(`Machines of another local stack keep running: ${names.join(", ")}.\nIts state is in another directory: \`RINGO_LOCAL_DIR=${owner} make destroy\` removes them.`));
  }
  return 0;
}
