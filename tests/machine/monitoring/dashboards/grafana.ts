/** What Grafana takes for a dashboard: the foundation SDK's own types, with each panel's options those of its kind. */
import type * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type * as logs from "@grafana/grafana-foundation-sdk/logs";
import type * as loki from "@grafana/grafana-foundation-sdk/loki";
import type * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import type * as stat from "@grafana/grafana-foundation-sdk/stat";
import type * as table from "@grafana/grafana-foundation-sdk/table";
import type * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

interface Of<Type extends string, Options, Custom> extends Omit<dashboard.Panel, "type" | "options" | "fieldConfig" | "targets"> {
  type: Type;
  id: number;
  title: string;
  description: string;
  gridPos: dashboard.GridPos;
  options: Options;
  fieldConfig?: { defaults: Omit<dashboard.FieldConfig, "custom"> & { custom?: Partial<Custom> }; overrides: unknown[] };
  targets: (Question<prometheus.Dataquery, "prometheus"> | Question<loki.dataquery, "loki">)[];
}

type Question<Query, Source> = Omit<Query, "datasource" | "_implementsDataqueryVariant"> & { refId: string; datasource: { type: Source; uid: Source } };

export interface Board extends Omit<dashboard.Dashboard, "panels"> {
  uid: string;
  title: string;
  panels: (dashboard.RowPanel | Of<"stat", stat.Options, object> | Of<"timeseries", Partial<timeseries.Options>, timeseries.FieldConfig>
    | Of<"bargauge", bargauge.Options, object> | Of<"table", table.Options, table.FieldConfig> | Of<"logs", logs.Options, object>)[];
}
