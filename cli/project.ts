import * as path from "node:path";

/** The checkout this program runs from. */
export const projectDir = path.resolve(__dirname, "..");
