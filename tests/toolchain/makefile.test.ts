import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stackName } from "../../local/paths";

const project = path.resolve(__dirname, "../..");

/** The project's own Makefile, with stand-ins for what it runs: each only writes down that it ran. */
let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"));
  fs.mkdirSync(path.join(directory, "toolchain"));
  fs.mkdirSync(path.join(directory, "node_modules/.bin"), { recursive: true });
  fs.copyFileSync(path.join(project, "Makefile"), path.join(directory, "Makefile"));
  fs.writeFileSync(path.join(directory, "toolchain/bootstrap.sh"), 'echo "bootstrap.sh $1" >>ran\n');
  fs.writeFileSync(path.join(directory, "node_modules/.bin/tsx"), '#!/bin/sh\necho "$@" >>ran\nenv -0 >environment\n', { mode: 0o755 });
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const read = (file: string): string => (fs.existsSync(path.join(directory, file)) ? fs.readFileSync(path.join(directory, file), "utf8") : "");

const operators = [...fs.readFileSync(path.join(project, "Makefile"), "utf8").matchAll(/^\t@\$\(OPS\) (\S+)$/gm)].map(([, name]) => name!);

/** @param words as typed after `make` @param given what the shell had exported */
function make(words: string[], given: Record<string, string> = {}) {
  const { PATH, HOME } = process.env;
  const { status, stderr } = spawnSync("make", ["--no-print-directory", ...words], { cwd: directory, encoding: "utf8", env: { PATH, HOME, ...given } });
  const environment = Object.fromEntries(read("environment").split("\0").map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));
  return { status, stderr, ran: read("ran").trim().split("\n").filter(Boolean), environment };
}

describe("a command for the stack on this machine", () => {
  test.each([
    ["up", "pulumi up -s staging"],
    ["preview", "pulumi preview -s staging"],
    ["destroy", "pulumi destroy -s staging"],
    ["output", "pulumi stack output -s staging --json"],
  ])("make %s STACK=staging runs nothing, and names what would", (target, instead) => {
    for (const result of [make([target, "STACK=staging", "YES=1"]), make([target], { STACK: "staging" })]) {
      expect(result).toMatchObject({ ran: [], stderr: expect.stringMatching(new RegExp(`${instead}( |$)`, "m")) });
      expect(result.status).not.toBe(0);
    }
  });

  test.each([["without STACK", []], ["with an empty one", ["STACK="]], ["with its own", [`STACK=${stackName}`]]])("runs %s", (_, words) => {
    expect(make(["destroy", ...words])).toMatchObject({ status: 0, ran: ["bootstrap.sh local", "local/main.ts destroy"] });
  });
});

test("only operator's commands accept STACK: others would act on this machine instead", () => {
  const targets = [...fs.readFileSync(path.join(project, "Makefile"), "utf8").matchAll(/^([a-z-]+):.* ## (?:.*)$/gm)].map(([, name]) => name!);
  const others = targets.filter((target) => target !== "help" && !operators.includes(target));
  expect(others).toEqual(expect.arrayContaining(["up", "check", "test", "reference", "bench", "pictures", "clean"]));
  for (const target of others) {
    expect([target, make([target, "STACK=staging"])]).toEqual([target, expect.objectContaining({ status: 2, ran: [], stderr: expect.stringContaining(`\`make ${target}\``) })]);
  }
  expect(make(["doctor", "pictures", "STACK=staging"])).toMatchObject({ status: 2, ran: [] });
  expect(make(["help"], { STACK: "staging" }).status).toBe(0); // of the shell, where an operator works
});

describe("an unknown variable on make's command line", () => {
  test.each([["misspelt", ["restore", "TIM=2026-11-24T09:30:00Z"], "TIM"], ["of the shell's", ["up", "PATH=/tmp"], "PATH"], ["in a command that takes others", ["restore", "ASIDE=1", "POINTS=a b"], "POINTS"]])("%s: nothing runs, and it is named with those that are read", (_, words, name) => {
    const { status, ran, stderr } = make(words);
    expect({ status, ran }).toEqual({ status: 2, ran: [] });
    expect(stderr).toMatch(new RegExp(`unknown variable ${name}\\. .*\\bTIME\\b`));
    expect(stderr).not.toMatch(/unknown variable ASIDE/);
  });

  test("is accepted from the environment, or as an option of make itself", () => {
    expect(make(["up", "-j2", "--no-print-directory", "REFRESH=1"], { TIM: "x", MAKEFLAGS: "-k" })).toMatchObject({ status: 0, ran: ["bootstrap.sh local", "local/main.ts up"] });
  });
});

test("an operator's command runs on the named stack", () => {
  const { status, ran, environment } = make(["doctor", "STACK=staging"]);
  expect({ status, last: ran.at(-1), stack: environment.STACK }).toEqual({ status: 0, last: "ops/main.ts doctor", stack: "staging" });
});

test("operator's commands install nothing that they do not need, as they run on any system", () => {
  expect(operators.length).toBeGreaterThan(10);
  const { stdout } = spawnSync("make", ["-n", "--no-print-directory", ...operators], { cwd: directory, encoding: "utf8" });
  expect(stdout).toBe(`sh toolchain/bootstrap.sh ops\n${operators.map((command) => `tsx ops/main.ts ${command}\n`).join("")}`);
});

describe("a variable for a command", () => {
  const text = `rm -rf "/x-$(date +%F)"/* | awk '{print $1, $NF}' # $$ $(HOME)\n  and  more`;

  test("arrives unchanged, from the command line or the environment", () => {
    const texts = Object.fromEntries(["CMD", "QUERY", "BACKEND", "NAME", "WHAT"].map((name) => [name, `${text} ${name}`]));
    expect(make(["ssh", ...Object.entries(texts).map(([name, value]) => `${name}=${value}`)]).environment).toMatchObject(texts);
    expect(make(["ssh"], texts).environment).toMatchObject(texts);
  });

  test("is empty if it was not given", () => {
    const { environment } = make(["ssh"]);
    for (const name of ["CMD", "QUERY", "BACKEND", "NAME", "STACK", "YES"]) expect([name, environment[name] ?? ""]).toEqual([name, ""]);
  });
});

describe("make help", () => {
  const help = spawnSync("make", ["--no-print-directory", "help"], { cwd: project, encoding: "utf8" }).stdout.trimEnd().split("\n");

  test("lists every command in one column, however long its name", () => {
    expect(new Set(help.map((line) => /^ {2}make \S+ {2,}/.exec(line)?.[0].length)).size).toBe(1);
  });

  test("agrees with the README, which lists every command too", () => {
    const table = fs.readFileSync(path.join(project, "README.md"), "utf8").split("\n").filter((line) => line.startsWith("| `make ")).join("\n");
    for (const name of help.map((line) => line.trim().split(/\s+/)[1]!)) expect([name, new RegExp(`\`(make )?${name}\\b[^-]`).test(table)]).toEqual([name, true]);
  });
});
