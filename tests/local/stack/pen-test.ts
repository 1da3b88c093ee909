import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../../local/paths";

/** A step of the pen-test checklist. */
export interface Step {
  command: string;
  /** From an address that no list allows. */
  stranger: boolean;
  answer: string;
  /** What is done with it on the local stack: `run`, or what else. */
  here: string;
}

export const penTestPage = path.join(projectDir, "docs", "security", "pen-test.md");

/** The steps of the page: the rows of its tables, in their order. */
export function penTest(markdown = fs.readFileSync(penTestPage, "utf8")): Step[] {
  return markdown.split("\n").filter((line) => line.startsWith("| ") && !/^\| (step \||---)/.test(line)).map((line) => {
    const [what, answer, here, ...rest] = line.slice(2, -2).split(/ (?<!\\)\| /);
    const [, command, from] = /^`([^`]+)`(.*)$/.exec(what!) ?? [];
    if (command === undefined || answer === undefined || here === undefined || rest.length > 0) throw new Error(`no step: ${line}`);
    return { command: command.replaceAll("\\|", "|"), stranger: / as a stranger/.test(from!), answer, here };
  });
}

/** Whether `make test` runs the command as it stands. */
export const isRun = ({ here }: Step): boolean => /^run(;|$)/.test(here);
