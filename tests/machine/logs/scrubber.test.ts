import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { scrubber } from "../../../machine/logs/scrubber";
import { harmless, personal, scrubbed } from "./corpus";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "ringo-scrub-"));
  writeFileSync(join(directory, "scrub"), scrubber.files![0].content);
});
afterAll(() => rmSync(directory, { recursive: true }));

const filtered = (lines: string[]): { lines: string[]; stderr: string } => {
  const { stdout, stderr } = spawnSync("perl", [join(directory, "scrub")], { input: lines.map((line) => `${line}\n`).join(""), encoding: "utf8", maxBuffer: 2 ** 26 });
  return { lines: stdout.split("\n").slice(0, -1), stderr };
};

test("removes what is removed from logs, and leaves the rest", () => {
  const lines = [...personal.map(({ line }) => line), ...harmless];
  expect(filtered(lines)).toEqual({ lines: lines.map(scrubbed), stderr: "" });
});

// Of alphabets that both know whole: Perl's Unicode is older than JavaScript's.
test("applies the rules as the corpus's test does, to any input", () => {
  const words = fc.constantFrom(...personal.flatMap(({ line }) => line.split(/(?<=[\s:="',])/)), "Ёжиков", "ё", "ß", "\\", '\\"', "\u0301", "🙂", "№");
  const line = fc.array(fc.oneof(words, fc.string({ unit: "grapheme-ascii" })), { maxLength: 12 }).map((parts) => parts.join(""));
  const lines = fc.sample(line, 3000);
  expect(filtered(lines)).toEqual({ lines: lines.map(scrubbed), stderr: "" });
});
