import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { quoted } from "../../machine/shell";

test("a word reaches the remote shell unchanged", () => {
  fc.assert(fc.property(fc.string().filter((word) => !word.includes("\0")), (word) =>
    spawnSync("sh", ["-c", `printf %s ${quoted(word)}`], { encoding: "utf8" }).stdout === word), { numRuns: 60 });
});
