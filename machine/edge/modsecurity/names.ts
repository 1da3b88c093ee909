import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argumentsLimit, jsonDepth, jsonTypes } from "./engine";
import { typeOfForm } from "./multipart";
import type { WafOptions } from "./options";

/** What bounds the names of a body's fields: the reason is at its head. */
export const names = readFileSync(join(__dirname, "names.lua"), "utf8");

/** What nginx runs before the firewall has a body, with the bounds up to which that reads one. */
export const guard = ({ fieldsKiB }: WafOptions): string => `require("names").guard {
  fields = ${argumentsLimit},
  depth = ${jsonDepth},
  bytes = ${fieldsKiB * 1024},
  json = [=[${jsonTypes}]=],
  boundary = [=[${typeOfForm}]=],
}
`;
