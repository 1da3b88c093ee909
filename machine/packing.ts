/** Compresses a text to less than half, in base64. */
import { inflateSync } from "node:zlib";
import { strToU8, zlibSync } from "fflate";

/** Packs identically on every machine: Node's own zlib differs between processors, so an unchanged state would look changed. */
export const pack = (text: string): string => Buffer.from(zlibSync(strToU8(text))).toString("base64");

/** @throws Error if the text was not packed */
export const unpack = (packed: string): string => inflateSync(Buffer.from(packed, "base64")).toString();
