import { lines, noneIsWell, upOrDown, type Dashboard, type Known } from "./view";

/** Requests to the API, and their answers. */
export const api = ({ figure, objectivePercent }: Known): Dashboard => ({
  uid: "ringo-api",
  title: "Ringo: API",
  description: "What clients ask of the API and what they get, as the edge sees every request.",
  rows: [
    {
      title: "Now",
      panels: [
        {
          kind: "number", width: 6, title: "Requests", description: "To the API and the admin pages.", unit: "reqps", trend: true, steps: [{ from: null, color: "blue" }],
          queries: [{ expr: `sum(rate(${requests}[$__rate_interval])) or vector(0)` }],
        },
        {
          kind: "number", width: 6, title: "Failed requests", description: "The share answered by 500 and above, over five minutes.", unit: "percentunit", trend: true,
          alerts: ["ApiErrors", "ApiManyErrors"], queries: [{ expr: "max(ringo:errors:ratio_rate5m) or vector(0)" }],
        },
        {
          kind: "number", width: 6, title: "Errors that are left of 30 days", unit: "percentunit", decimals: 1,
          description: `The objective (${objectivePercent} %) allows some errors; this share of them has not been spent. Below nothing, it is missed.`,
          alerts: ["ErrorBudgetBurningFast", "ErrorBudgetBurning", "ErrorBudgetBurningSlowly", "ErrorBudgetAtRisk"],
          steps: [{ from: null, color: "red" }, { from: 0, color: "orange" }, { from: 0.5, color: "green" }],
          queries: [{ expr: `1 - ((sum(increase(${failed}[30d])) or vector(0)) / (sum(increase(${requests}[30d])) > 0) or vector(0)) / ${share(objectivePercent)}` }],
        },
        {
          kind: "number", width: 6, title: "API machines", description: "Whether gunicorn answers the monitor.", alerts: ["ApiProcessDown", "ApiDown"], ...upOrDown,
          queries: [{ expr: 'up{job="django"}', legend: "{{machine}}" }],
        },
      ],
    },
    {
      title: "Requests",
      panels: [
        {
          kind: "graph", width: 12, title: "By status", description: "Of the API and the admin pages.", unit: "reqps", min: 0, stacked: true,
          queries: [{ expr: `sum by (status) (rate(${requests}[$__rate_interval])) or on () vector(0)`, legend: "{{status}}" }],
        },
        {
          kind: "graph", width: 12, title: "By what is asked for", description: "API, admin pages, files, and health checks.", unit: "reqps", min: 0, stacked: true,
          queries: [{ expr: "sum by (route) (rate(ringo_edge_requests_total[$__rate_interval]))", legend: "{{route}}" }],
        },
        {
          kind: "graph", width: 12, title: "How long they take", description: "Half, nineteen in twenty and 99 in a hundred are done within this.", unit: "s", min: 0,
          alerts: ["ApiSlow", "ApiVerySlow"],
          queries: [0.5, 0.95, 0.99].map((part) => ({
            expr: `histogram_quantile(${part}, sum by (le) (rate(ringo_edge_request_seconds_bucket{route=~"api|admin"}[5m]))) >= 0 or vector(0)`, legend: `${part * 100} %`,
          })),
        },
        {
          kind: "graph", width: 12, title: "How fast errors are spent", unit: "percentunit", min: 0,
          description: "The share of requests that failed, over each window. Four alerts compare two windows each with the objective.",
          alerts: ["ErrorBudgetBurningFast", "ErrorBudgetBurning", "ErrorBudgetBurningSlowly", "ErrorBudgetAtRisk"],
          steps: [{ from: null, color: "green" }, { from: share(objectivePercent), color: "orange" }],
          queries: ["5m", "1h", "6h", "3d"].map((window) => ({ expr: `max(ringo:errors:ratio_rate${window}) or vector(0)`, legend: window })),
        },
      ],
    },
    {
      title: "Machines",
      panels: [
        {
          kind: "graph", width: 8, title: "Gunicorn's workers", description: "Processes that answer, on each machine.", min: 0,
          queries: [{ expr: 'ringo_backend_children{command="api", role="api"}', legend: "{{machine}}" }],
        },
        {
          kind: "graph", width: 8, title: "Processors", description: "The share that is busy, over five minutes.", unit: "percentunit", min: 0, max: 1, alerts: ["ProcessorBusy"],
          queries: [{ expr: `${figure("ProcessorBusy")} and on (machine) up{job="django"}`, legend: "{{machine}}" }],
        },
        {
          kind: "graph", width: 8, title: "A health check, by what takes its time", description: "As the monitor asks by the public name: PostgreSQL, Redis and Celery are looked at.",
          unit: "s", min: 0, stacked: true, alerts: ["PublicUrlDown"],
          queries: [{ expr: 'sum by (phase) (probe_http_duration_seconds{job="probe"})', legend: "{{phase}}" }],
        },
      ],
    },
    {
      title: "Paths, from the log",
      panels: [
        {
          kind: "bars", width: 12, source: "loki", title: "Slowest paths", description: "The longest that a request took, in the time that is shown.", unit: "s", min: 0,
          steps: [{ from: null, color: "blue" }],
          queries: [{ expr: `topk(10, max by (path) (max_over_time({source="nginx"} | json path="path", seconds="seconds" | unwrap seconds | __error__="" [$__range])))`, legend: "{{path}}" }],
        },
        {
          kind: "bars", width: 12, source: "loki", title: "Paths that fail", description: "Answers of 500 and above, in the time that is shown.", min: 0, steps: noneIsWell("red"),
          queries: [{ expr: `topk(10, sum by (path, status) (count_over_time({source="nginx"} | json path="path", status="status" | status=~"5.." [$__range]))) or vector(0)`, legend: "{{status}} {{path}}" }],
        },
        lines("What the API says", "The newest lines of all API machines.", '{source="api"}'),
      ],
    },
  ],
});

const requests = 'ringo_edge_requests_total{route=~"api|admin"}';
const failed = 'ringo_edge_requests_total{route=~"api|admin", status=~"5.."}';
/** The share of requests that may fail. */
const share = (objectivePercent: number): number => Number((1 - objectivePercent / 100).toFixed(6));
