import * as fs from "node:fs";
import * as path from "node:path";
import { isRun, penTest, penTestPage } from "../local/stack/pen-test";

test("a row has a command, where it runs, the expected answer, and its test", () => {
  const page = "| step | must answer | on the local stack |\n| --- | --- | --- |\n| `a \\| b` as a stranger: quickly | `c` \\| d | run; [x](y) |\n";
  expect(penTest(page)).toEqual([{ command: "a | b", stranger: true, answer: "`c` \\| d", here: "run; [x](y)" }]);
  expect(() => penTest("| words | answer | run |")).toThrow(/no step/);
  expect(() => penTest("| `a` | answer |")).toThrow(/no step/);
});

test("a step that is not run names an existing test or a reason", () => {
  expect(penTest().filter(isRun).length).toBeGreaterThan(15);
  for (const { command, here } of penTest().filter((step) => !isRun(step))) expect([command, here]).toEqual([command, expect.stringMatching(/^(\[\d\d-[a-z-]+\]\(|not run: ).{40,}/)]);
});

test("its links have targets", () => {
  const links = [...fs.readFileSync(penTestPage, "utf8").matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target!);
  expect(links.filter((target) => !fs.existsSync(path.join(path.dirname(penTestPage), target)))).toEqual([]);
});
