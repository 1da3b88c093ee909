import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../../local/paths";

/** A command of a runbook, and its expected output. */
export interface Step {
  line: number;
  command: string;
  expected: string[];
}

export const runbooks = path.join(projectDir, "docs", "runbooks");

/** What stands after "$ " in ```console blocks ("> " continues a command), each with the lines below it. */
export function steps(markdown: string): Step[] {
  const found: Step[] = [];
  let inside = false;
  markdown.split("\n").forEach((text, index) => {
    if (text.startsWith("```")) inside = text === "```console";
    else if (!inside) return;
    else if (text.startsWith("$ ")) found.push({ line: index + 1, command: text.slice(2), expected: [] });
    else if (found.length === 0) throw new Error(`line ${index + 1}: output before any command`);
    else if (text.startsWith("> ") && found.at(-1)!.expected.length === 0) found.at(-1)!.command += `\n${text.slice(2)}`;
    else found.at(-1)!.expected.push(text);
  });
  return found;
}

/** Without terminal control sequences. */
const plain = (text: string): string => text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");

/** What differs from run to run is left out: figures, and how many spaces they take. */
const shape = (line: string): string =>
  plain(line).replace(/\d+(\.\d+)?/g, "0").replace(/\s+/g, " ").trim();

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Whether a command's output matches the runbook. "…" matches any text within a line; alone on a line, any lines. */
export function agrees(expected: string[], actual: string): boolean {
  const pattern = expected.map((line) => (shape(line) === "…" ? "(?:[^\\n]*\\n)*" : `${shape(line).split("…").map(escaped).join("[^\\n]*")}\\n`)).join("");
  const lines = actual.replace(/\r/g, "").split("\n").map(shape).filter((line) => line !== "");
  return new RegExp(`^${pattern}$`).test(lines.map((line) => `${line}\n`).join(""));
}

const timeout = 300_000;

/** The text to type at a command's prompt. */
const answer = /Type the stack's name to continue: (\S+)/;

/** Runs a step as a person at a terminal does, or without one where nothing is asked. */
async function perform({ command, expected }: Step): Promise<{ output: string; failed: boolean }> {
  const typed = expected.map((line) => answer.exec(line)?.[1]).find(Boolean);
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1", COLUMNS: "200" };
  for (const name of ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "YES"]) delete env[name];
  const child = typed === undefined ? spawn("bash", ["-c", command], { cwd: projectDir, env, timeout, stdio: ["ignore", "pipe", "pipe"] })
    : spawn("script", ["-qefc", command, "/dev/null"], { cwd: projectDir, env, timeout, stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    if (typed !== undefined && plain(output).endsWith("to continue: ")) child.stdin!.end(`${typed}\n`);
  };
  child.stdout!.on("data", take);
  child.stderr!.on("data", take);
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  return { output, failed: code !== 0 };
}

/**
 * Does what a runbook says, command by command.
 * @param values what the runbook's examples are on this stack: times, above all. Each must occur in it.
 * @param filled called with the output of each step; what it gives is added to the values.
 * @throws when a command prints something else, fails where the runbook has no failure, or succeeds where it has one
 */
export async function follow(name: string, values: Record<string, string> = {}, filled: (output: string) => Record<string, string> = () => ({})): Promise<void> {
  const text = fs.readFileSync(path.join(runbooks, `${name}.md`), "utf8");
  const known = { ...values };
  for (const step of steps(text)) {
    const command = Object.entries(known).reduce((line, [example, value]) => line.replaceAll(example, value), step.command);
    const { output, failed } = await perform({ ...step, command });
    const failure = step.expected.some((line) => /^make: \*\*\* .* Error \d+$/.test(line));
    if (failed !== failure || !agrees(step.expected, output)) {
      throw new Error(`${name}.md:${step.line}: ${command}\n${failed ? "failed" : "succeeded"}, and printed:\n${output}\nThe runbook says:\n${step.expected.join("\n")}`);
    }
    Object.assign(known, filled(output));
  }
  for (const example of Object.keys(known)) if (!text.includes(example)) throw new Error(`${name}.md has no ${example}`);
}
