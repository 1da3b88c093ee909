import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import Ajv from "ajv";
import { createGenerator } from "ts-json-schema-generator";
import { dashboards, tag, type Rendered } from "../../../../machine/monitoring/dashboards";
import { fill, type Shown } from "../../../../pictures/fill";
import { everything, queriesOf } from "../../../../pictures/queries";
import { alerts } from "../alerts/promtool";
import type { Board } from "./grafana";

const runbook = "https://runbook.example/alerts.md";
const boards = dashboards({ rules: { patience: (seconds) => seconds, objectivePercent: 99.5, pool: { min: 2, max: 10 } }, runbook }) as unknown as (Board & Rendered)[];
const each = boards.map((board) => [board.uid, board] as const);
const panels = (board: Board) => board.panels.filter((panel) => panel.type !== "row");

test("there is one for each concern", () => {
  expect(boards.map(({ uid }) => uid.replace("ringo-", ""))).toEqual(["overview", "api", "celery", "database", "backups", "edge", "machines", "logs"]);
});

test("each is a valid dashboard for Grafana", () => {
  const schema = createGenerator({
    path: path.join(__dirname, "grafana.ts"), tsconfig: path.join(__dirname, "grafana.tsconfig.json"), type: "Board", skipTypeCheck: true, expose: "none",
  }).createSchema("Board");
  const valid = new Ajv({ strict: false, allErrors: true, discriminator: true }).compile(schema);
  for (const [uid, board] of each) {
    // As a file has it.
    valid(JSON.parse(JSON.stringify(board)));
    expect([uid, valid.errors]).toEqual([uid, null]);
    expect([uid, valid({ ...board, refresh: 30 })]).toEqual([uid, false]);
  }
});

describe.each(each)("%s", (_uid, board) => {
  test("has panels with unique ids, without overlaps, in full rows", () => {
    const ids = board.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const [taken, over] = [new Set<string>(), [] as string[]];
    for (const { gridPos: { x, y, w, h } } of board.panels as { gridPos: { x: number; y: number; w: number; h: number } }[]) {
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          if (taken.has(`${column} ${line}`)) over.push(`${column} ${line}`);
          taken.add(`${column} ${line}`);
        }
      }
    }
    expect(over).toEqual([]);
    const height = Math.max(...board.panels.map(({ gridPos }) => gridPos!.y + gridPos!.h));
    expect(taken.size).toBe(24 * height);
  });

  test("describes each panel", () => {
    const titles = panels(board).map(({ title }) => title);
    for (const { title, description } of panels(board)) expect([title, description.length > 8 && /[.]$/.test(description)]).toEqual([title, true]);
    expect(titles.every((title) => title.length > 1)).toBe(true);
  });

  test("links to all others, and from judged panels to their runbook", () => {
    expect(board.tags).toEqual([tag]);
    expect(board.links).toEqual([expect.objectContaining({ type: "dashboards", tags: [tag], keepTime: true })]);
    const names = alerts.map(({ name }) => name.toLowerCase());
    for (const { url } of panels(board).flatMap(({ links = [] }) => links)) {
      const [page, section] = url!.split("#");
      expect([page, names]).toEqual([runbook, expect.arrayContaining([section])]);
    }
  });

  test("uses no variable that it does not have", () => {
    const own = (board.templating.list ?? []).map(({ name }) => name);
    const used = queriesOf(board).flatMap(({ expr }) => [...expr.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!)).filter((name) => !name.startsWith("__"));
    expect([...new Set(used)].sort()).toEqual(own.sort());
  });
});

const shown: Omit<Shown, "choices"> = { from: 0, to: 21_600, scrapeSeconds: 15 };

test("Prometheus accepts every query of every panel", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-queries-"));
  try {
    const asked = boards.flatMap((board) => queriesOf(board).filter(({ source }) => source === "prometheus").map(({ expr }) => fill(expr, { ...shown, choices: everything(board) })));
    const rules = asked.map((expr, i) => ({ record: `panel:query:${i}`, expr }));
    fs.writeFileSync(path.join(folder, "queries.yml"), JSON.stringify({ groups: [{ name: "panels", rules }] }));
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", path.join(folder, "queries.yml")], { encoding: "utf8" });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test("colours change at the alerts' thresholds", () => {
  const steps = (uid: string, title: string) => panels(boards.find((board) => board.uid === uid)!).find((panel) => panel.title === title)!.fieldConfig!.defaults.thresholds!.steps;
  expect(steps("ringo-celery", "Messages that wait")).toEqual([{ value: null, color: "green" }, { value: 1000, color: "orange" }, { value: 5000, color: "red" }]);
  expect(steps("ringo-machines", "Memory that is left")).toEqual([{ value: null, color: "red" }, { value: 0.05, color: "orange" }, { value: 0.1, color: "green" }]);
  expect(steps("ringo-celery", "Children")).toEqual([{ value: null, color: "orange" }, { value: 2, color: "green" }, { value: 10, color: "orange" }]);
  // None is well, and one is not.
  expect(steps("ringo-backups", "Damaged backups")).toEqual([{ value: null, color: "green" }, { value: Number.EPSILON, color: "red" }]);
});

test("without a runbook there are no links to one", () => {
  const [board] = dashboards({ rules: { patience: (seconds) => seconds, objectivePercent: 99.5, pool: { min: 2, max: 10 } } }) as unknown as Board[];
  expect(panels(board!).flatMap(({ links = [] }) => links)).toEqual([]);
});
