/** Graphs over time, drawn by ECharts. */
import * as echarts from "echarts";
import { colorOf, look, palette, type Step } from "./look";
import { round, type Box } from "./svg";
import { written } from "./units";

export interface Line {
  name: string;
  points: [at: number, value: number][];
}

export interface Chart {
  lines: Line[];
  from: number;
  to: number;
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  stacked: boolean;
  fillOpacity: number;
  /** Bounds, each a dashed line of its colour. */
  steps: Step[];
}

/** A graph with its axes and its legend. */
export function graph(chart: Chart, box: Box): string {
  const { lines, from, to, unit, decimals, min, max, stacked, fillOpacity, steps } = chart;
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  const single = lines.length === 1 && lines[0]!.name === "";
  return drawn(box, {
    color: palette,
    grid: { left: 8, right: 12, top: 10, bottom: single ? 6 : 26, containLabel: true },
    legend: single ? { show: false } : {
      type: "plain", bottom: 0, left: 4, right: 4, height: 18, itemWidth: 14, itemHeight: 3, icon: "roundRect", itemGap: 12,
      textStyle: { color: look.text, fontSize: 11, fontFamily: look.font }, data: shownNames(lines.map(({ name }) => name), box.width),
    },
    xAxis: {
      type: "time", min: from * 1000, max: to * 1000, splitNumber: 5,
      axisLine: { lineStyle: { color: look.grid } }, axisTick: { show: false }, splitLine: { show: true, lineStyle: { color: look.grid } },
      axisLabel: { color: look.faint, fontSize: 11, fontFamily: look.font, hideOverlap: true, formatter: (at: number) => new Date(at).toISOString().slice(11, 16) },
    },
    yAxis: {
      type: "value", min, max, splitNumber: 4, minInterval: unit === "short" || unit === undefined ? 1 : undefined,
      axisLabel: { color: look.faint, fontSize: 11, fontFamily: look.font, formatter: (value: number) => written(value, unit, decimals) }, splitLine: { lineStyle: { color: look.grid } },
    },
    series: lines.map(({ name, points }, i) => ({
      name, type: "line", showSymbol: false, data: (stacked ? everywhere(points, times) : points).map(([at, value]) => [at * 1000, Number.isFinite(value) ? value : null]),
      stack: stacked ? "all" : undefined, lineStyle: { width: 1.3 }, areaStyle: { opacity: fillOpacity / 100 },
      ...(i === 0 ? { markLine: bounds(steps) } : {}),
    })),
  });
}

/** What is not there adds nothing: else it would be added to other times' figures. */
function everywhere(points: Line["points"], times: number[]): Line["points"] {
  const at = new Map(points);
  return times.map((time) => [time, at.get(time) ?? 0]);
}

/** How a number was of late: a line without anything around it. */
export const spark = (points: Line["points"], color: string, box: Box): string => drawn(box, {
  grid: { left: 0, right: 0, top: 4, bottom: 0 },
  xAxis: { type: "time", show: false }, yAxis: { type: "value", show: false, min: ({ min }: { min: number }) => Math.min(0, min), max: ({ max }: { max: number }) => max || 1 },
  series: [{ type: "line", showSymbol: false, data: points.map(([at, value]) => [at * 1000, Number.isFinite(value) ? value : null]), lineStyle: { width: 1.2, color }, areaStyle: { opacity: 0.18, color } }],
});

const bounds = (steps: Step[]) => ({
  silent: true, symbol: "none", label: { show: false },
  data: steps.filter(({ value }) => value !== null).map(({ value, color }) => ({ yAxis: value, lineStyle: { type: "dashed", color: colorOf(color), width: 1, opacity: 0.8 } })),
});

/** As many names as one line has room for. */
function shownNames(names: string[], width: number): string[] {
  let left = width - 30;
  return names.filter((name) => (left -= name.length * 6 + 29) > 0);
}

/** ECharts' own picture, put at its place. */
function drawn({ x, y, width, height }: Box, option: echarts.EChartsCoreOption): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: "transparent", useUTC: true, ...option });
    // To a tenth of a pixel.
    return chart.renderToSVGString().replace(/\d+\.\d{2,}/g, (figure) => String(round(Number(figure)))).replace(/^<svg /, `<svg x="${x}" y="${y}" `);
  } finally {
    chart.dispose();
  }
}
