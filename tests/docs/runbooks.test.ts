import * as fs from "node:fs";
import * as path from "node:path";
import { agrees, runbooks, steps } from "../local/stack/runbook";

describe("the commands of a runbook", () => {
  test("are read from console blocks, with their output", () => {
    const text = "# A\n```console\n$ one\nout\n\n$ two \\\n>   more\n```\n```sh\n$ no command\n```\n```console\n$ three\n```\n";
    expect(steps(text)).toEqual([
      { line: 3, command: "one", expected: ["out", ""] },
      { line: 6, command: "two \\\n  more", expected: [] },
      { line: 13, command: "three", expected: [] },
    ]);
  });

  test("come before output", () => expect(() => steps("```console\nout\n```")).toThrow(/line 2/));
});

describe("the comparison of a command's output with the runbook", () => {
  test.each<[string, string[], string]>([
    ["when figures and their widths differ", ["a   12 b", "1.5 s"], "a 7 b\n   20.25 s\n"],
    ["when text within a line is left out", ["from … to here"], "from there to here\n"],
    ["when lines are left out", ["first", "…", "last"], "first\n1\n2\nlast\n"],
    ["when no line is where lines are left out", ["first", "…", "last"], "first\nlast\n"],
    ["whatever the colours and carriage returns", ["word"], "\u001b[1Gwo\u001b[31mrd\u001b[0m\r\n"],
    ["when nothing is printed and nothing is said", [], ""],
  ])("%s", (_name, expected, actual) => expect(agrees(expected, actual)).toBe(true));

  test.each<[string, string[], string]>([
    ["when a word differs", ["one word"], "two words\n"],
    ["when a line is missing", ["first", "second"], "first\n"],
    ["when a line is more", ["first"], "first\nsecond\n"],
    ["when something is printed and nothing is said", [], "error\n"],
    ["when what is left out spans lines where one was meant", ["from … to"], "from a\nb to\n"],
    ["when a figure is where none was", ["a"], "a 1\n"],
  ])("and does not %s", (_name, expected, actual) => expect(agrees(expected, actual)).toBe(false));
});

const names = fs.readdirSync(runbooks).filter((name) => name !== "README.md");

test.each(names)("%s has commands, and is in the list", (name) => {
  expect(steps(fs.readFileSync(path.join(runbooks, name), "utf8")).length).toBeGreaterThan(1);
  expect(fs.readFileSync(path.join(runbooks, "README.md"), "utf8")).toContain(`](${name})`);
});

test("every change of the stack's file is in the list, with the command for a stack in the cloud, and sets no generation", () => {
  const list = fs.readFileSync(path.join(runbooks, "README.md"), "utf8");
  const pattern = (form: string): RegExp => new RegExp(`^${form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace("KEY", "\\w+").replace("VALUE", "[^\\n]+")}$`);
  const forms = [...list.matchAll(/^\| `(.*Pulumi\.local\.yaml)`.* \| `pulumi config (?:set|rm) -s production .*` \|$/gm)].map(([, form]) => pattern(form!));
  const used = names.flatMap((name) => steps(fs.readFileSync(path.join(runbooks, name), "utf8"))).map(({ command }) => command).filter((command) => command.includes("Pulumi.local.yaml"));
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((command) => !forms.some((form) => form.test(command)))).toEqual([]);
  expect(used.filter((command) => command.includes("Generation"))).toEqual([]);
});

test("every command for the local stack only is in the list, with the command for a stack in the cloud", () => {
  const list = fs.readFileSync(path.join(runbooks, "README.md"), "utf8");
  const used = names.flatMap((name) => steps(fs.readFileSync(path.join(runbooks, name), "utf8"))).flatMap(({ command }) => /^make (up|preview|output|destroy)\b/.exec(command)?.[1] ?? []);
  expect(new Set(used).size).toBeGreaterThan(1);
  for (const command of used) expect(list).toMatch(new RegExp(`^\\| \`make ${command}\` \\| \`pulumi .* -s production`, "m"));
});
