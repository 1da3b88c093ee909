import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

/**
 * Writes pages under docs/ that are made from something else. With `--check` on the command line it only tells whether
 * they are as they should be, and fails otherwise.
 * @param pages text by name
 * @param source what they are made from, as in "what <source>"
 * @param command what writes them anew
 */
export function keepPages(pages: Record<string, string>, source: string, command: string): void {
  for (const [name, text] of Object.entries(pages)) {
    const page = path.resolve(__dirname, "..", "docs", name);
    if (!process.argv.includes("--check")) writeFileSync(page, text);
    else if (readFileSync(page, "utf8") !== text) {
      process.stderr.write(`docs/${name} is not what ${source}: run \`${command}\` and commit the page\n`);
      process.exitCode = 1;
      return;
    }
  }
}
