import * as fs from "node:fs";

/**
 * Gives a file another content, whole: who reads it meanwhile gets the former or the new, and a kill leaves one of them.
 * For one writer at a time.
 * @param mode of the file from now on. @default 0o600
 */
export function replaceFile(file: string, content: string, mode = 0o600): void {
  fs.writeFileSync(`${file}.new`, content, { mode });
  fs.renameSync(`${file}.new`, file);
}
