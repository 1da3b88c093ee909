import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import * as logs from "@grafana/grafana-foundation-sdk/logs";
import * as loki from "@grafana/grafana-foundation-sdk/loki";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import type { Alert } from "../alerts";
import type { Dashboard, Panel, Query, Source, Step, Variable } from "./view";

export interface Context {
  /** An alert of the stack. @throws if there is none of that name */
  alert(name: string): Alert;
  /** Page with a section for each alert. @default none: panels link to nothing */
  runbook?: string;
}

/** On every dashboard of the stack: each links to all others. */
export const tag = "ringo";

/** A dashboard as Grafana reads it from a file. @throws if a panel names an unknown alert */
export function render({ uid, title, description, variables = [], rows }: Dashboard, context: Context): sdk.Dashboard {
  const board = new sdk.DashboardBuilder(title).uid(uid).description(description).tags([tag]).readonly()
    .time({ from: "now-6h", to: "now" }).refresh("30s").timezone("browser").tooltip(sdk.DashboardCursorSync.Crosshair)
    .variables(variables.map(variable))
    .annotations([])
    .links([new sdk.DashboardLinkBuilder("Dashboards").type(sdk.DashboardLinkType.Dashboards).tags([tag]).asDropdown(true).includeVars(true).keepTime(true)]);
  let id = 0;
  for (const row of rows) {
    board.withRow(new sdk.RowBuilder(row.title).id(++id));
    for (const panel of row.panels) board.withPanel(built(panel, ++id, context));
  }
  return board.build();
}

const ref = (source: Source): common.DataSourceRef => ({ type: source, uid: source });

const heights: Record<Panel["kind"], number> = { number: 4, graph: 8, bars: 8, table: 8, lines: 8 };

/** A panel of its kind, with what all kinds have in common. */
function built(panel: Panel, id: number, { alert, runbook }: Context) {
  const { kind, source = "prometheus", unit = "short", decimals, min, max, texts } = panel;
  const named = (panel.alerts ?? []).map(alert);
  const builder = kinds[kind](panel)
    .id(id).title(panel.title).description(panel.description).datasource(ref(source))
    .span(panel.width).height(heights[kind])
    .targets(panel.queries.map((query, i) => target(query, panel, String.fromCharCode(65 + i))));
  if (kind !== "lines") {
    builder.unit(unit).thresholds(new sdk.ThresholdsConfigBuilder().mode(sdk.ThresholdsMode.Absolute)
      .steps((panel.steps ?? bounds(named)).map(({ from, color }) => ({ value: from, color }))));
  }
  if (decimals !== undefined) builder.decimals(decimals);
  if (min !== undefined) builder.min(min);
  if (max !== undefined) builder.max(max);
  if (texts !== undefined) builder.mappings([{ type: sdk.MappingType.ValueToText, options: Object.fromEntries(Object.entries(texts)) }]);
  if (runbook !== undefined && named.length > 0) {
    builder.links(named.map(({ name }) => new sdk.DashboardLinkBuilder(name).type(sdk.DashboardLinkType.Link).url(`${runbook}#${name.toLowerCase()}`).targetBlank(true)));
  }
  return builder;
}

const last = () => new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false);
const byThresholds = () => new sdk.FieldColorBuilder().mode(sdk.FieldColorModeId.Thresholds);

const kinds = {
  number: ({ trend = false, queries }: Panel) => new stat.PanelBuilder()
    .reduceOptions(last()).colorScheme(byThresholds()).colorMode(common.BigValueColorMode.Value)
    .graphMode(trend ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .textMode(queries.some(({ legend }) => legend) ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Value),
  graph: ({ stacked = false }: Panel) => new timeseries.PanelBuilder()
    .colorScheme(new sdk.FieldColorBuilder().mode(sdk.FieldColorModeId.PaletteClassic))
    .lineWidth(1).fillOpacity(stacked ? 40 : 0).showPoints(common.VisibilityMode.Never)
    .stacking(new common.StackingConfigBuilder().mode(stacked ? common.StackingMode.Normal : common.StackingMode.None))
    .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed))
    .legend(new common.VizLegendOptionsBuilder().showLegend(true).displayMode(common.LegendDisplayMode.List).placement(common.LegendPlacement.Bottom).calcs([]))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending)),
  bars: () => new bargauge.PanelBuilder()
    .reduceOptions(last()).colorScheme(byThresholds()).orientation(common.VizOrientation.Horizontal).displayMode(common.BarGaugeDisplayMode.Basic),
  table: ({ columns = {} }: Panel) => new table.PanelBuilder().cellHeight(common.TableCellHeight.Sm).withTransformation({
    id: "organize",
    options: {
      includeByName: Object.fromEntries(Object.keys(columns).map((name) => [name, true])),
      indexByName: Object.fromEntries(Object.keys(columns).map((name, i) => [name, i])),
      renameByName: columns,
    },
  }),
  lines: () => new logs.PanelBuilder()
    .showTime(true).wrapLogMessage(true).enableLogDetails(true).sortOrder(common.LogsSortOrder.Descending).dedupStrategy(common.LogsDedupStrategy.None),
};

/** A query over the displayed time, or only of its end. */
function target({ expr, legend = "" }: Query, { source, kind, trend }: Panel, refId: string) {
  const overTime = kind === "graph" || kind === "lines" || (kind === "number" && trend === true);
  if (source === "loki") {
    return new loki.DataqueryBuilder().expr(expr).legendFormat(legend).refId(refId).datasource(ref("loki")).queryType(overTime ? "range" : "instant");
  }
  const query = new prometheus.DataqueryBuilder().expr(expr).legendFormat(legend).refId(refId).datasource(ref("prometheus"));
  if (kind === "table") query.format(prometheus.PromQueryFormat.Table);
  return overTime ? query.range() : query.instant();
}

function variable({ name, label, values }: Variable) {
  if (values === undefined) return new sdk.TextBoxVariableBuilder(name).label(label).defaultValue("");
  const { source, series } = values;
  const definition = `label_values(${series}, ${values.label})`;
  const query = source === "prometheus"
    ? { qryType: 1, query: definition, refId: "PrometheusVariableQueryEditor-VariableQuery" }
    : { type: 1, label: values.label, stream: series, refId: "LokiVariableQueryEditor-VariableQuery" };
  return new sdk.QueryVariableBuilder(name).label(label).datasource(ref(source)).query(query).definition(definition)
    .multi(true).includeAll(true).allValue(".+").current({ selected: true, text: ["All"], value: ["$__all"] })
    .refresh(sdk.VariableRefresh.OnTimeRangeChanged).sort(sdk.VariableSort.AlphabeticalAsc);
}

/** Green within the alerts' bounds, and outside the colour of the alert that fires there. */
function bounds(alerts: Alert[]): Step[] {
  const color = ({ severity }: Alert) => (severity === "critical" ? "red" : "orange");
  // Alerts with the same bound on different metrics are one step.
  const rising = (side: "above" | "below") => [...new Map(alerts.filter((alert) => alert[side] !== undefined).map((alert) => [alert[side], alert])).values()]
    .sort((a, b) => a[side]! - b[side]!);
  const below = rising("below");
  return [
    { from: null, color: below.length > 0 ? color(below[0]) : "green" },
    ...below.map(({ below: from }, i): Step => ({ from: from!, color: i + 1 < below.length ? color(below[i + 1]) : "green" })),
    // A step begins at its value, and an alert only above it.
    ...rising("above").map((alert): Step => ({ from: alert.above! || Number.EPSILON, color: color(alert) })),
  ];
}
