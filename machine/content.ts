/** Contents of files that several concerns write the same way. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { File } from "./state";

/** Indented JSON. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What stands in a URL as it is (RFC 3986, unreserved): names and passwords that the application puts into one. */
export const unreserved = /^[A-Za-z0-9._~-]+$/;

/** The Python modules of a folder here, in a folder on the machine. */
export const pythonModules = (folder: string, library: string): File[] => readdirSync(folder).filter((name) => name.endsWith(".py")).sort()
  .map((name) => ({ path: `${library}/${name}`, content: readFileSync(join(folder, name), "utf8") }));

/** Environment of a container whose program reads its settings only at start: other settings make it another container, which is replaced. */
export const startedWith = (settings: string): Record<string, string> => ({ RINGO_SETTINGS: createHash("sha256").update(settings).digest("hex") });
