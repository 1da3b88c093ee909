/** A dashboard as a picture: its grid, titles, units and bounds are those of its JSON. */
import type { Rendered } from "../machine/monitoring/dashboards";
import type { Answer, Series } from "./ask";
import { graph, spark, type Line } from "./chart";
import type { Shown } from "./fill";
import { colorOf, look, reached, type Step } from "./look";
import { rect, text, widthOf, type Box } from "./svg";
import { written } from "./units";

interface Panel {
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { legendFormat?: string }[];
  options?: { graphMode?: string };
  transformations?: { options: { renameByName: Record<string, string> } }[];
  fieldConfig?: {
    defaults: {
      unit?: string; decimals?: number; min?: number; max?: number; thresholds?: { steps: Step[] };
      mappings?: { options: Record<string, { text: string; color: string }> }[];
      custom?: { stacking?: { mode: string }; fillOpacity?: number };
    };
  };
}

const column = 60;
const line = 38;
const gap = 8;

/** @param answers those of each query, in the order of the panels and their targets */
export function picture(board: Rendered, answers: Answer[], shown: Shown): string {
  const panels = board.panels as unknown as Panel[];
  const bottom = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const head = 46;
  const [width, height] = [24 * column + gap, head + bottom * line + gap];
  const left = [...answers];
  const parts = panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos;
    const box: Box = { x: gap + x * column, y: head + y * line, width: w * column - gap, height: h * line - gap };
    if (panel.type === "row") return text(box.x + 2, box.y + 22, panel.title, { size: 15, weight: 600 });
    const own = left.splice(0, panel.targets!.length);
    return framed(panel, own, box, shown);
  });
  const time = `${new Date(shown.from * 1000).toISOString().slice(0, 16).replace("T", " ")} to ${new Date(shown.to * 1000).toISOString().slice(11, 16)} UTC`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${look.font}">
${rect({ x: 0, y: 0, width, height }, look.canvas)}
${text(gap + 2, 30, board.title!, { size: 19, weight: 600 })}${text(width - gap - 2, 30, time, { size: 13, color: look.faint, anchor: "end" })}
${parts.join("\n")}
</svg>
`;
}

function framed(panel: Panel, answers: Answer[], box: Box, shown: Shown): string {
  const inner: Box = { x: box.x + 10, y: box.y + 32, width: box.width - 20, height: box.height - 38 };
  const error = answers.map((answer) => answer.error).find((each) => each !== undefined);
  const series = named(panel, answers);
  const content = error !== undefined || series.length === 0
    ? text(box.x + box.width / 2, box.y + box.height / 2 + 8, error === undefined ? "No data" : "No answer", { color: look.faint, size: 13, anchor: "middle" })
    : kinds[panel.type]!(panel, series, inner, shown);
  return `${rect(box, look.panel, ` rx="3" stroke="${look.border}"`)}${text(box.x + 10, box.y + 20, panel.title, { size: 13, weight: 500, within: box.width - 20 })}${content}`;
}

interface Named extends Series {
  name: string;
}

/** Series by their names: Prometheus has no order of its own. */
const named = ({ targets = [] }: Panel, answers: Answer[]): Named[] => answers.flatMap(({ series }, i) => series.map((each) => ({
  ...each, name: (targets[i]!.legendFormat ?? "").replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => each.labels[label] ?? "").trim(),
})).sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })));

const kinds: Record<string, (panel: Panel, series: Named[], box: Box, shown: Shown) => string> = { stat, timeseries, bargauge, table, logs };

const last = ({ points }: Series): number => points.map(([, value]) => value).filter(Number.isFinite).at(-1) ?? NaN;

/** What a value is written as, and its colour. */
function valued({ fieldConfig }: Panel, value: number): { words: string; color: string } {
  const { unit, decimals, mappings = [], thresholds } = fieldConfig!.defaults;
  const mapped = mappings.map(({ options }) => options[String(value)]).find((each) => each !== undefined);
  return { words: mapped?.text ?? written(value, unit, decimals), color: mapped ? colorOf(mapped.color) : reached(thresholds?.steps ?? [], value) };
}

function stat(panel: Panel, series: Named[], box: Box): string {
  const width = box.width / series.length;
  const trend = panel.options?.graphMode === "area";
  return series.map((one, i) => {
    const { words, color } = valued(panel, last(one));
    const size = Math.min(34, (width - 4) / widthOf(words, 1));
    const middle = box.x + width * (i + 0.5);
    const below = trend || one.name !== "";
    const chart = trend ? spark(one.points, color, { x: box.x - 9, y: box.y + 48, width: box.width + 18, height: box.height - 43 }) : "";
    const name = one.name === "" ? "" : text(middle, box.y + 66, one.name, { size: 12, color: look.faint, anchor: "middle", within: width });
    return chart + text(middle, box.y + (below ? 40 : 56), words, { size: Math.round(size), color, weight: 600, anchor: "middle" }) + name;
  }).join("");
}

function timeseries({ fieldConfig }: Panel, series: Named[], box: Box, { from, to }: Shown): string {
  const { unit, decimals, min, max, thresholds, custom } = fieldConfig!.defaults;
  const lines: Line[] = series.map(({ name, points }) => ({ name, points }));
  return graph({
    lines, from, to, unit, decimals, min, max, stacked: custom?.stacking?.mode === "normal", fillOpacity: custom?.fillOpacity ?? 0, steps: thresholds?.steps ?? [],
  }, { x: box.x - 4, y: box.y - 2, width: box.width + 8, height: box.height + 4 });
}

function bargauge(panel: Panel, series: Named[], box: Box): string {
  const rows = series.slice(0, Math.floor(box.height / 24)).map((one) => ({ ...one, value: last(one) }));
  const { min = 0, max = Math.max(...rows.map(({ value }) => value)) || 1 } = panel.fieldConfig!.defaults;
  const each = Math.min(40, box.height / rows.length);
  const names = Math.min(box.width * 0.45, Math.max(...rows.map(({ name }) => widthOf(name, 12))) + 12);
  const track = box.width - names - 70;
  return rows.map(({ name, value }, i) => {
    const { words, color } = valued(panel, value);
    const y = box.y + i * each + 4;
    const bar = { x: box.x + names, y, width: track, height: each - 10 };
    return text(box.x + names - 8, y + each / 2, name, { size: 12, anchor: "end", within: names - 8 }) + rect(bar, look.track, ' rx="2"')
      + rect({ ...bar, width: track * Math.min(1, Math.max(0, (value - min) / (max - min))) }, color, ' rx="2" fill-opacity="0.75"')
      + text(bar.x + track + 8, y + each / 2, words, { size: 13, color, weight: 600 });
  }).join("");
}

function table({ transformations }: Panel, series: Named[], box: Box): string {
  const all = Object.entries(transformations![0]!.options.renameByName);
  const columns = all.filter(([label]) => series.some(({ labels }) => labels[label]));
  const width = box.width / Math.max(1, columns.length);
  const head = columns.map(([, title], i) => text(box.x + i * width, box.y + 12, title, { size: 12, color: look.faint, weight: 600 })).join("");
  const rows = series.slice(0, Math.floor((box.height - 20) / 24));
  return head + rows.map(({ labels }, row) => rect({ x: box.x, y: box.y + 20 + row * 24, width: box.width, height: 1 }, look.grid)
    + columns.map(([label], i) => text(box.x + i * width, box.y + 37 + row * 24, labels[label] ?? "", { size: 12, within: width - 6 })).join("")).join("");
}

function logs(_panel: Panel, series: Named[], box: Box): string {
  const lines = series.flatMap((one) => one.lines.map(([at, content]) => ({ at, content, labels: one.labels }))).sort((a, b) => b.at - a.at);
  const level: Record<string, string> = { critical: "red", error: "red", warning: "orange" };
  return lines.slice(0, Math.floor(box.height / 19)).map(({ at, content, labels }, i) => {
    const y = box.y + 12 + i * 19;
    const said = message(content);
    const source = [labels.machine, labels.source].filter(Boolean).join(" ");
    return rect({ x: box.x - 4, y: y - 11, width: 3, height: 15 }, colorOf(level[labels.level ?? ""] ?? "green"))
      + text(box.x + 6, y, `${new Date(at * 1000).toISOString().slice(11, 19)}  ${source}  ${said}`, { size: 11, mono: true, within: box.width - 8 });
  }).join("");
}

/** What a line says; nginx's have no message, and are shown as they are. */
function message(content: string): string {
  try {
    return String((JSON.parse(content) as { message?: unknown }).message ?? content);
  } catch {
    return content;
  }
}
