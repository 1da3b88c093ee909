/** Dashboards as data; `render` makes Grafana's JSON of them. */

/** Who is asked: figures, in PromQL; or logs, in LogQL. Grafana's data sources carry these as their uids. */
export type Source = "prometheus" | "loki";

export interface Query {
  expr: string;
  /** What its series are called, with labels as `{{label}}`. */
  legend?: string;
}

/** From this value on, this colour; the first is from below everything. */
export interface Step {
  from: number | null;
  color: Color;
}

export type Color = "green" | "orange" | "red" | "blue" | "text";

export interface Panel {
  /** A number large, a graph over time, bars to compare, a table, or lines of a log. */
  kind: "number" | "graph" | "bars" | "table" | "lines";
  title: string;
  /** What it shows, and what it means when that is bad. */
  description: string;
  /** Columns, of 24. Each line of a row is filled. */
  width: number;
  /** @default "prometheus" */
  source?: Source;
  queries: Query[];
  /** Grafana's id of the unit. @default a plain number */
  unit?: string;
  decimals?: number;
  /** Where the axis, or the bar, begins and ends. @default as the figures are */
  min?: number;
  max?: number;
  /** Alerts that judge this: what they are bounded by is coloured, and their sections of the runbook are linked to. */
  alerts?: string[];
  /** Colours that no alert has a bound for. @default those of `alerts` */
  steps?: Step[];
  /** Texts for values. */
  texts?: Record<number, { text: string; color: Color }>;
  /** Of a graph: what adds up to a whole is stacked. @default false */
  stacked?: boolean;
  /** Of a number: how it was of late is drawn below it. @default false */
  trend?: boolean;
  /** Of a table: labels, in this order, and what each column is called. */
  columns?: Record<string, string>;
}

export interface Row {
  title: string;
  panels: Panel[];
}

/** What the reader chooses: one, several or all of a label's values; or a text. */
export interface Variable {
  name: string;
  label: string;
  /** Where the values come from. @default a text to type */
  values?: { source: Source; series: string; label: string };
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  variables?: Variable[];
  rows: Row[];
}

/** What a dashboard is made from. */
export interface Known {
  /** The PromQL of what an alert judges. @throws if there is no such alert */
  figure(alert: string): string;
  /** The share of requests that must not fail, in percent. */
  objectivePercent: number;
}

/** Whether something answers: 1 or 0. */
export const upOrDown: Pick<Panel, "steps" | "texts"> = {
  steps: [{ from: null, color: "red" }, { from: 1, color: "green" }],
  texts: { 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } },
};

/** None is well, and any is not. */
export const noneIsWell = (color: Color): Step[] => [{ from: null, color: "green" }, { from: 1, color }];

/** A time since something that may never have happened: the query says -1 then. */
export const never = { [-1]: { text: "never", color: "orange" } } as const;

/** The lines of a log, newest first. */
export const lines = (title: string, description: string, expr: string, width = 24): Panel => ({
  kind: "lines", source: "loki", title, description, width, queries: [{ expr }],
});
