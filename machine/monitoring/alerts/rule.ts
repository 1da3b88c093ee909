/** Alert rules as data; `render` makes Prometheus' files of them. */
import { json } from "../../content";

export type Severity = "critical" | "warning";

export interface Alert {
  name: string;
  /** PromQL: its results are the alerts; with a bound, it is the metric that is compared, and that the dashboards show. */
  expr: string;
  /** It alerts above this. */
  above?: number;
  /** It alerts below this. */
  below?: number;
  /** PromQL, for a bounded metric: a further condition, as in `on () up`. */
  and?: string;
  /** How long it must hold. @default 0: at once */
  forSeconds?: number;
  /** How long it keeps firing after its condition ends, for things that are retried. @default 0 */
  keepSeconds?: number;
  /** Critical: somebody must act now. Warning: somebody must look at it today. */
  severity: Severity;
  /** One line, with the identifying labels. */
  summary: string;
  /** What it means, or will mean, for users. */
  description: string;
}

/** A series that others are computed from. */
export interface Recording {
  record: string;
  expr: string;
}

/** The rules of one concern. */
export interface Concern {
  name: string;
  recordings?: Recording[];
  alerts: Alert[];
}

/** What the rules need to know about the stack. */
export interface Stack {
  /** Seconds, scaled by the stack's `alerts.patiencePercent`; at least one. */
  patience(seconds: number): number;
  /** The share of requests that must not fail, in percent. */
  objectivePercent: number;
  /** Minimum and maximum number of each worker's children. */
  pool: { min: number; max: number };
}

/** PromQL of the alert's condition. */
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
  // Long windows need not be evaluated every few seconds.
  const computed = recordings.length > 0 ? [{ name: `${name}-ratios`, interval: "30s", rules: recordings }] : [];
  return json({ groups: [...computed, { name, rules }] });
}
