import { answers, offered, shownOf, type Answer } from "../../../../pictures/ask";
import { boards, scrapeSeconds } from "../../../../pictures/boards";
import { choicesOf, everything, queriesOf } from "../../../../pictures/queries";
import type { Rendered } from "../../../../machine/monitoring/dashboards";
import type { Source } from "../../../../machine/monitoring/dashboards/view";
import { login, order } from "../session";
import { eventually, output, request } from "../support";

/** Something of each kind that the dashboards show: requests of both sorts, one that is refused, and tasks. */
beforeAll(async () => {
  const stack = await output();
  const user = await login(stack);
  const ask = (path: string) => request(stack, "GET", path, { headers: user.authorization });
  for (let i = 0; i < 3; i++) await Promise.all([order(stack, user, `dashboards ${i}`), ask("/api/v1/version/"), ask("/static/none"), ask("/admin/login/"), ask("/api/?check=<script>alert(1)</script>")]);
}, 180_000);

const holds = ({ error, series }: Answer): boolean =>
  error === undefined && series.some(({ points, lines }) => lines.length > 0 || points.some(([, value]) => Number.isFinite(value)));

/** What the reader may choose of a dashboard: everything; and each single value of each variable, but for what is gone by now. */
async function ways(board: Rendered, source: Source): Promise<Record<string, string>[]> {
  const choices = choicesOf(board).filter((choice) => choice.source === source);
  const values = await offered(choices, Math.floor(Date.now() / 1000));
  values.forEach((list, i) => {
    if (list.length === 0) throw new Error(`${board.uid} offers nothing to choose for ${choices[i]!.name}`);
  });
  // Not every log has lines of every level.
  const single = source === "prometheus" ? choices.flatMap(({ name }, i) => values[i]!.map((value) => ({ ...everything(board), [name]: value }))) : [];
  return [everything(board), ...single];
}

/** Queries of a dashboard that give nothing, with why. */
async function empty(board: Rendered, source: Source): Promise<string[]> {
  const queries = queriesOf(board).filter((query) => query.source === source);
  const found: string[] = [];
  for (const choices of await ways(board, source)) {
    const given = await answers(queries, shownOf(board, Math.floor(Date.now() / 1000), { scrapeSeconds, choices }));
    given.forEach((answer, i) => {
      if (!holds(answer)) found.push(`${queries[i]!.panel}: ${queries[i]!.expr} with ${JSON.stringify(choices)}: ${answer.error ?? "nothing"}`);
    });
  }
  return found;
}

/** A figure is read, and a line shipped, a while after it came to be; a rate needs two of them. */
async function settled(board: Rendered, source: Source): Promise<string[]> {
  let last: string[] = [];
  await eventually("data", async () => (last = await empty(board, source)).length === 0, 60).catch((error: Error) => {
    if (last.length === 0) throw error;
  });
  return last;
}

const asking = (source: Source) => boards.filter((board) => queriesOf(board).some((query) => query.source === source)).map((board) => [board.uid, board] as const);

describe("metrics: every query of every panel returns some", () => {
  test.each(asking("prometheus"))("of %s", async (_uid, board) => expect(await settled(board, "prometheus")).toEqual([]), 120_000);
});

describe("logs: every query of every panel returns some", () => {
  test.each(asking("loki"))("of %s", async (_uid, board) => expect(await settled(board, "loki")).toEqual([]), 120_000);
});
