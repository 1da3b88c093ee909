import { concerns, type Alert, type Stack } from "../alerts";
import { api } from "./api";
import { backups } from "./backups";
import { celery } from "./celery";
import { database } from "./database";
import { edge } from "./edge";
import { logs } from "./logs";
import { machines } from "./machines";
import { overview } from "./overview";
import { render } from "./render";
import type { Known } from "./view";

export { tag } from "./render";

/** A dashboard in Grafana's format. */
export type Rendered = ReturnType<typeof render>;

export interface DashboardsOptions {
  /** As for the stack's alerts: dashboards show their metrics and bounds. */
  rules: Stack;
  /** Page with a section for each alert, which panels link to. @default none */
  runbook?: string;
}

/** Every dashboard of the stack; the first is the entry page. */
export function dashboards({ rules, runbook }: DashboardsOptions): Rendered[] {
  const alerts = concerns(rules).flatMap((concern) => concern.alerts);
  const alert = (name: string): Alert => {
    const found = alerts.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no alert is named ${name}`);
    return found;
  };
  const known: Known = { figure: (name) => alert(name).expr, objectivePercent: rules.objectivePercent };
  return [overview, api, celery, database, backups, edge, machines, logs].map((dashboard) => render(dashboard(known), { alert, runbook }));
}
