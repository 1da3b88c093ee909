import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** Points the local cloud's directories to new, empty ones. Call it before anything of `local/` is loaded. */
export function useScratchDirectories(): string {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"));
  process.env.RINGO_LOCAL_DIR = path.join(scratch, "state");
  process.env.RINGO_CACHE_DIR = path.join(scratch, "cache");
  fs.mkdirSync(process.env.RINGO_LOCAL_DIR);
  fs.mkdirSync(process.env.RINGO_CACHE_DIR);
  return scratch;
}
