import type { Rendered } from "../machine/monitoring/dashboards";
import type { Source } from "../machine/monitoring/dashboards/view";

/** A query of a panel, out of a dashboard's JSON. */
export interface PanelQuery {
  panel: string;
  id: number;
  source: Source;
  expr: string;
  legend: string;
  /** At the end of the time that is shown only; or over all of it. */
  instant: boolean;
}

interface Target {
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  queryType?: string;
  datasource: { uid: Source };
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  targets: Target[];
}

/** A dashboard's panels, without the rows' headings. */
const panelsOf = (board: Rendered): Panel[] => (board.panels as unknown as Panel[]).filter(({ type }) => type !== "row");

export const queriesOf = (board: Rendered): PanelQuery[] => panelsOf(board).flatMap(({ id, title, targets }) => targets.map(
  ({ expr, legendFormat = "", instant, queryType, datasource }) => ({
    panel: title, id, source: datasource.uid, expr, legend: legendFormat, instant: instant === true || queryType === "instant",
  })));

/** A variable that is chosen from a label's values; where they come from. */
export interface Choice {
  name: string;
  source: Source;
  label: string;
  /** Series that carry it. */
  series: string;
  /** What stands for all of them. */
  all: string;
}

interface Variable {
  type: string;
  name: string;
  definition: string;
  allValue: string;
  datasource: { uid: Source };
}

export const choicesOf = (board: Rendered): Choice[] => ((board.templating.list ?? []) as unknown as Variable[]).filter(({ type }) => type === "query")
  .map(({ name, definition, allValue, datasource }) => {
    const [, series, label] = /^label_values\((?:(.+), )?(\w+)\)$/.exec(definition.replace("(, ", "("))!;
    return { name, source: datasource.uid, label: label!, series: series ?? "", all: allValue };
  });

/** All of every choice, and no text typed. */
export const everything = (board: Rendered): Record<string, string> => Object.fromEntries([
  ...((board.templating.list ?? []) as unknown as Variable[]).map(({ name }) => [name, ""]), ...choicesOf(board).map(({ name, all }) => [name, all]),
]);
