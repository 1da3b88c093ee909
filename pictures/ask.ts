/** Asks the local stack's Prometheus and Loki what a dashboard's queries give, on the monitor: they answer nobody else. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inState } from "../local/paths";
import type { Rendered } from "../machine/monitoring/dashboards";
import type { Source } from "../machine/monitoring/dashboards/view";
import { local } from "../machine/monitoring/ports";
import { quote } from "../machine/shell";
import { fill, stepOf, type Shown } from "./fill";
import type { Choice, PanelQuery } from "./queries";

const origins: Record<Source, string> = { prometheus: `http://127.0.0.1:${local.prometheus}/api/v1`, loki: "http://127.0.0.1:3100/loki/api/v1" };

/** What a query gave. */
export interface Answer {
  /** Why it gave nothing. */
  error?: string;
  series: Series[];
}

export interface Series {
  labels: Record<string, string>;
  /** Seconds since 1970, and the figure then. */
  points: [at: number, value: number][];
  /** Of a log: its lines. */
  lines: [at: number, line: string][];
}

/** The time that a dashboard shows when it is opened. */
export function shownOf(board: Rendered, now: number, options: Pick<Shown, "scrapeSeconds" | "choices" | "points">): Shown {
  const [, hours] = /^now-(\d+)h$/.exec(board.time!.from)!;
  return { from: now - Number(hours) * 3600, to: now, ...options };
}

/** Each query's answer, in their order. */
export const answers = async (queries: PanelQuery[], shown: Shown): Promise<Answer[]> =>
  (await fetched(queries.map((query) => urlOf(query, shown)))).map(read);

/** The values that each variable offers to choose from; of figures those that there are now, where Grafana offers what is gone as well. */
export async function offered(choices: Choice[], now: number): Promise<string[][]> {
  const replies = await fetched(choices.map(({ source, label, series }) => source === "prometheus"
    ? `${origins[source]}/query?${new URLSearchParams({ query: `group by (${label}) (${series})`, time: String(now) })}`
    : `${origins[source]}/label/${label}/values`));
  return replies.map(({ data }, i) => (Array.isArray(data) ? data as string[] : (data?.result ?? []).map(({ metric }) => metric![choices[i]!.label]!)));
}

function urlOf({ source, expr, instant }: PanelQuery, shown: Shown): string {
  const query = fill(expr, shown);
  // Loki counts in nanoseconds, and takes seconds as well.
  const parameters: Record<string, string> = instant ? { query, time: String(shown.to) } : { query, start: String(shown.from), end: String(shown.to), step: String(stepOf(shown)) };
  return `${origins[source]}/${instant ? "query" : "query_range"}?${new URLSearchParams(parameters)}`;
}

interface Reply {
  status: string;
  error?: string;
  data?: string[] | { resultType: string; result: { metric?: Record<string, string>; stream?: Record<string, string>; value?: [number, string]; values?: [number | string, string][] }[] };
}

function read({ error, data }: Reply): Answer {
  if (data === undefined || Array.isArray(data)) return { error: error ?? "no answer", series: [] };
  return {
    series: data.result.map(({ metric, stream, value, values = [] }) => ({
      labels: metric ?? stream ?? {},
      points: metric === undefined ? [] : (value === undefined ? values : [value]).map(([at, figure]) => [Number(at), Number(figure)]),
      lines: stream === undefined ? [] : values.map(([at, line]) => [Number(at) / 1e9, line]),
    })),
  };
}

function fetched(urls: string[]): Promise<Reply[]> {
  const program = readFileSync(join(__dirname, "ask.py"), "utf8");
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", ["-F", inState("ssh", "config"), "monitor", `python3 -c ${quote(program)}`], { stdio: ["pipe", "pipe", "inherit"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject).on("close", (code) => (code === 0 ? resolve(JSON.parse(Buffer.concat(chunks).toString()) as Reply[]) : reject(new Error(`ssh monitor: exit ${code}`))));
    child.stdin.end(JSON.stringify(urls));
  });
}
