/** Alert rules as data; `render` makes Prometheus' files of them. */
import { json } from "../../content";

export type Severity = "critical" | "warning";

export interface Alert {
  name: string;
  /** PromQL: what it gives is what alerts; where there is a bound, the figure that is judged, and the dashboards show. */
  expr: string;
  /** It alerts above this. */
  above?: number;
  /** It alerts below this. */
  below?: number;
  /** PromQL, of a bounded figure: what must hold besides, as in `on () up`. */
  and?: string;
  /** How long it must hold. @default 0: at once */
  forSeconds?: number;
  /** How long it goes on when its condition no longer holds: while what broke is tried again. @default 0 */
  keepSeconds?: number;
  /** Critical: somebody must act now. Warning: somebody must look today. */
  severity: Severity;
  /** One line, with the labels that tell which. */
  summary: string;
  /** What it means for users, or will. */
  description: string;
}

/** A series that others are computed from. */
export interface Recording {
  record: string;
  expr: string;
}

/** What one concern has Prometheus evaluate. */
export interface Concern {
  name: string;
  recordings?: Recording[];
  alerts: Alert[];
}

/** What the rules need to know of the stack. */
export interface Stack {
  /** Seconds as the stack's `alerts.patiencePercent` has them; at least one. */
  patience(seconds: number): number;
  /** The share of requests that must not fail, in percent. */
  objectivePercent: number;
  /** Children of each worker, at least and at most. */
  pool: { min: number; max: number };
}

/** PromQL: what makes it alert. */
export function conditionOf({ expr, above, below, and }: Alert): string {
  const bound = above !== undefined ? `(${expr}) > ${above}` : below !== undefined ? `(${expr}) < ${below}` : expr;
  return and === undefined ? bound : `${bound} and ${and}`;
}

/** A file of rules. JSON, which is YAML. */
export function render({ name, recordings = [], alerts }: Concern, runbook: string): string {
  const rules = alerts.map((alert) => ({
    alert: alert.name,
    expr: conditionOf(alert),
    for: `${alert.forSeconds ?? 0}s`,
    ...(alert.keepSeconds === undefined ? {} : { keep_firing_for: `${alert.keepSeconds}s` }),
    labels: { severity: alert.severity },
    annotations: { summary: alert.summary, description: alert.description, runbook_url: `${runbook}#${alert.name.toLowerCase()}` },
  }));
  // Long windows are worth no look every few seconds.
  const computed = recordings.length > 0 ? [{ name: `${name}-ratios`, interval: "30s", rules: recordings }] : [];
  return json({ groups: [...computed, { name, rules }] });
}
