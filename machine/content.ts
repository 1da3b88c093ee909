/** What is in files of a machine, where several concerns write it the same way. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { File } from "./state";

/** JSON that people can read. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What stands in a URL as it is (RFC 3986, unreserved): names and passwords that the application puts into one. */
export const unreserved = /^[A-Za-z0-9._~-]+$/;

/** The Python modules of a folder here, in a folder on the machine. */
export const pythonModules = (folder: string, library: string): File[] => readdirSync(folder).filter((name) => name.endsWith(".py")).sort()
  .map((name) => ({ path: `${library}/${name}`, content: readFileSync(join(folder, name), "utf8") }));

/** Environment of a container whose program reads its settings only once: with other settings it is another container, and so is replaced. */
export const startedWith = (settings: string): Record<string, string> => ({ RINGO_SETTINGS: createHash("sha256").update(settings).digest("hex") });
