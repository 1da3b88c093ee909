/** Dashboards as data; `render` makes Grafana's JSON of them. */

/** The data source: metrics, in PromQL; or logs, in LogQL. Also the uids of Grafana's data sources. */
export type Source = "prometheus" | "loki";

export interface Query {
  expr: string;
  /** Legend of its series, with labels as `{{label}}`. */
  legend?: string;
}

/** From this value on, this colour; the first one has no lower bound. */
export interface Step {
  from: number | null;
  color: Color;
}

export type Color = "green" | "orange" | "red" | "blue" | "text";

export interface Panel {
  /** A number large, a graph over time, bars to compare, a table, or lines of a log. */
  kind: "number" | "graph" | "bars" | "table" | "lines";
  title: string;
  /** What it shows, and what a bad value means. */
  description: string;
  /** Columns, of 24. Every row is full. */
  width: number;
  /** @default "prometheus" */
  source?: Source;
  queries: Query[];
  /** Grafana's id of the unit. @default a plain number */
  unit?: string;
  decimals?: number;
  /** Ends of the axis or bar. @default by the values */
  min?: number;
  max?: number;
  /** Alerts on this metric: their bounds are coloured, and their runbook sections linked. */
  alerts?: string[];
  /** Colours without an alert. @default those of `alerts` */
  steps?: Step[];
  /** Texts for values. */
  texts?: Record<number, { text: string; color: Color }>;
  /** For a graph: whether series are stacked. @default false */
  stacked?: boolean;
  /** For a number: whether its recent course is drawn below it. @default false */
  trend?: boolean;
  /** For a table: labels, in this order, and the column titles. */
  columns?: Record<string, string>;
}

export interface Row {
  title: string;
  panels: Panel[];
}

/** A selection by the reader: one, several or all of a label's values; or a text. */
export interface Variable {
  name: string;
  label: string;
  /** Source of the values. @default a text to type */
  values?: { source: Source; series: string; label: string };
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  variables?: Variable[];
  rows: Row[];
}

/** Input of a dashboard. */
export interface Known {
  /** The PromQL of an alert's metric. @throws if there is no such alert */
  figure(alert: string): string;
  /** The share of requests that must not fail, in percent. */
  objectivePercent: number;
}

/** Whether something answers: 1 or 0. */
export const upOrDown: Pick<Panel, "steps" | "texts"> = {
  steps: [{ from: null, color: "red" }, { from: 1, color: "green" }],
  texts: { 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } },
};

/** None is fine, and any is not. */
export const noneIsWell = (color: Color): Step[] => [{ from: null, color: "green" }, { from: 1, color }];

/** Time since something that may never have happened, in which case the query returns -1. */
export const never = { [-1]: { text: "never", color: "orange" } } as const;

/** The lines of a log, newest first. */
export const lines = (title: string, description: string, expr: string, width = 24): Panel => ({
  kind: "lines", source: "loki", title, description, width, queries: [{ expr }],
});
