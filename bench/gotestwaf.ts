/**
 * Sends gotestwaf's own test cases to the local stack's edge, and prints what it refuses: usage: tsx bench/gotestwaf.ts DIRECTORY.
 * The stack must be up. The cases are the project's and not kept here: `testcases` of its repository.
 */
import { arrive, ask, each, leave } from "../tests/local/stack/outside";
import type { Answer } from "../tests/local/stack/support";
import { read, type Case } from "./gotestwaf-cases";

/** Whether the edge refused it itself: the application says no in other words. */
function refused({ name }: Case, { status, body }: Answer): boolean {
  if (status >= 500 || body.includes("Too many requests.")) throw new Error(`${name}: answered ${status}, which says nothing about the rules`);
  return status >= 400 && body.includes("<center>nginx");
}

const row = (what: string, good: number, all: number): string => `| ${what} | ${good} of ${all}: ${((100 * good) / all).toFixed(1)} % |\n`;
const list = (title: string, cases: Case[]): string => `\n${title}:\n${cases.map(({ name, payload }) => `- ${name}: ${JSON.stringify(payload.slice(-200))}\n`).join("")}`;

function summary(cases: Case[], answers: Answer[], leftOut: Case[]): string {
  const judged = cases.map((one, i) => ({ one, refused: refused(one, answers[i]) }));
  const [attacks, texts] = [true, false].map((attack) => judged.filter(({ one }) => one.attack === attack));
  const missed = attacks.filter((a) => !a.refused).map(({ one }) => one);
  const taken = texts.filter((t) => t.refused).map(({ one }) => one);
  return row("attacks refused", attacks.length - missed.length, attacks.length) + row("ordinary texts let through", texts.length - taken.length, texts.length)
    + list("Missed", missed) + list("Ordinary, but refused", taken) + list("Not sent", leftOut);
}

async function main(directory: string): Promise<void> {
  const all = read(directory);
  const cases = all.filter(({ sent }) => sent !== undefined);
  try {
    const { stack } = await arrive();
    const answers = await each(cases, ({ sent }) => ask(stack, sent!));
    process.stdout.write(summary(cases, answers, all.filter(({ sent }) => sent === undefined)));
  } finally {
    await leave();
  }
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("usage: tsx bench/gotestwaf.ts DIRECTORY");
main(directory).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
