/** How a text travels and is kept small: less than half of it, in letters that any channel carries. */
import { inflateSync } from "node:zlib";
import { strToU8, zlibSync } from "fflate";

/** The same text is always packed the same: Node's own compression differs from processor to processor, and would make a change of nothing. */
export const pack = (text: string): string => Buffer.from(zlibSync(strToU8(text))).toString("base64");

/** @throws when it was not packed */
export const unpack = (packed: string): string => inflateSync(Buffer.from(packed, "base64")).toString();
