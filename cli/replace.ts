import * as fs from "node:fs";

/**
 * Replaces a file's content atomically: readers see the old or the new content, and so it stays if the process is killed.
 * For one writer at a time.
 * @param mode of the file from now on. @default 0o600
 */
export function replaceFile(file: string, content: string, mode = 0o600): void {
  fs.writeFileSync(`${file}.new`, content, { mode });
  fs.renameSync(`${file}.new`, file);
}
