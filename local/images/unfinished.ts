import * as fs from "node:fs";
import { inCache } from "../paths";
import { buildah } from "./buildah";

/** Directories in the cache that a build works in: `mkdtemp` adds six characters. */
export const workDirectories = { build: "build-", pythonBase: "python-base-" };

/** Removes the remains of a killed build: its directories, and buildah's working containers, which stay mounted. */
export async function removeUnfinished(): Promise<void> {
  if (fs.existsSync(inCache("containers", "storage"))) await buildah("rm", ["--all"]);
  for (const name of fs.existsSync(inCache()) ? fs.readdirSync(inCache()) : []) {
    if (Object.values(workDirectories).some((prefix) => name.startsWith(prefix))) fs.rmSync(inCache(name), { recursive: true, force: true });
  }
}
