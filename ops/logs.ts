import { isGiven } from "../cli/flag";
import { makeCommand } from "./host";
import type { OperatedStack } from "./stack";
import { cyan, dim, red, UserError, yellow } from "../cli/terminal";
import { queryPort } from "../machine/logs";

/** A stored line. */
export interface Line {
  /** Nanoseconds since 1970. */
  at: bigint;
  labels: Record<string, string>;
  text: string;
}

/** What Loki answers to a query over a range. */
interface Answer {
  data: { resultType: string; result: { stream: Record<string, string>; values: [string, string][] }[] };
}

const everything = '{machine=~".+"}';

/** Prints the lines that QUERY finds, the newest LIMIT of the last SINCE, oldest first; JSON=1 for scripts. */
export async function logs(stack: OperatedStack): Promise<number> {
  const { QUERY = "", SINCE = "", LIMIT = "" } = process.env;
  const json = isGiven("JSON");
  const question = { query: QUERY || everything, since: SINCE || "1h", limit: LIMIT || "200", direction: "backward" };
  if (!/^\d+[smhd]$/.test(question.since)) throw new UserError(`SINCE=${SINCE} is not a time span: give a number and s, m, h or d, as in SINCE=30m`);
  if (!/^[1-9]\d{0,3}$/.test(question.limit)) throw new UserError(`LIMIT=${LIMIT} is not a number from 1 to 9999`);
  const lines = linesOf(await ask(stack, question));
  await printed(lines.map(json ? forScripts : forPeople).join(""));
  if (lines.length === 0 && !json) process.stderr.write(`nothing in the last ${question.since} for ${question.query}\n`);
  return 0;
}

async function ask(stack: OperatedStack, question: Record<string, string>): Promise<Answer> {
  const parameters = Object.entries(question).flatMap(([name, value]) => ["--data-urlencode", `${name}=${value}`]);
  const url = `http://127.0.0.1:${queryPort}/loki/api/v1/query_range`;
  const { code, stdout } = await stack.run("monitor", ["curl", "-sS", "--max-time", "60", "--get", ...parameters, url], { capture: true });
  if (code !== 0) throw new UserError(`the monitor stores no logs, or does not answer: set logs.image, or inspect it with ${makeCommand(stack, "ssh", "monitor")} CMD='docker logs --tail 20 ringo-loki'`);
  let answer: Answer;
  try {
    answer = JSON.parse(stdout) as Answer;
  } catch {
    const said = stdout.trim();
    if (!said.startsWith("parse error")) throw new UserError(`Loki refuses LIMIT=${question.limit} SINCE=${question.since}: ${said}`);
    throw new UserError(`QUERY=${question.query} is not understood: ${said}\nA query selects streams first, then what to look for in them: {machine="edge", source="nginx"} | json | status >= 500`);
  }
  if (answer.data.resultType !== "streams") throw new UserError("QUERY is a metric query: leave out rate(), count_over_time() and the like, so that it gives log lines");
  return answer;
}

/** All lines of an answer, oldest first. */
const linesOf = ({ data: { result } }: Answer): Line[] => result
  .flatMap(({ stream, values }) => values.map(([at, text]) => ({ at: BigInt(at), labels: stream, text })))
  .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

/** Resolves when all is written: a pipe accepts only what it has room for, and the process exits afterwards. */
const printed = (text: string): Promise<unknown> => new Promise((done) => process.stdout.write(text, done));

const forScripts = ({ at, labels, text }: Line): string => `${JSON.stringify({ at: timeOf(at), ...labels, line: parsed(text) })}\n`;

const timeOf = (at: bigint): string => new Date(Number(at / 1_000_000n)).toISOString();

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const colours: Record<string, (text: string) => string> = { critical: red, error: red, warning: yellow };

/** Time, source and message; a line without a message is shown as it is. */
export function forPeople({ at, labels, text }: Line): string {
  const message = (parsed(text) as { message?: unknown } | null)?.message;
  const said = typeof message === "string" ? message : text;
  const colour = colours[labels.level ?? ""] ?? ((plain: string) => plain);
  return `${dim(timeOf(at))} ${cyan(`${labels.machine}/${labels.source}`)} ${colour(printable(said))}\n`;
}

/** Removes control characters, which a terminal would obey. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "?");
