import { watchdog } from "../alerts/monitor";
import { lines, never, noneIsWell, upOrDown, type Dashboard, type Known } from "./view";

/** Whether everything is fine, at a glance, and otherwise where to look. */
export const overview = ({ figure, objectivePercent }: Known): Dashboard => ({
  uid: "ringo-overview",
  title: "Ringo: overview",
  description: "Whether all is well: what fires, what clients see, what waits, and how much room is left.",
  rows: [
    {
      title: "Now",
      panels: [
        {
          kind: "number", width: 4, title: "Critical alerts", description: "Somebody must act now.", steps: noneIsWell("red"),
          queries: [{ expr: 'count(ALERTS{alertstate="firing", severity="critical"}) or vector(0)' }],
        },
        {
          kind: "number", width: 4, title: "Warnings", description: "Somebody must look today.", steps: noneIsWell("orange"),
          queries: [{ expr: `count(ALERTS{alertstate="firing", severity="warning", alertname!="${watchdog}"}) or vector(0)` }],
        },
        {
          kind: "number", width: 4, title: "API by its public name", description: "Asked as a client does: by name, over TLS, with PostgreSQL and Redis in order.",
          alerts: ["PublicUrlDown"], ...upOrDown, queries: [{ expr: 'min(probe_success{job="probe"})' }],
        },
        {
          kind: "number", width: 4, title: "Succeeded, of 30 days", description: `What is promised: ${objectivePercent} % of requests do not fail.`,
          unit: "percentunit", decimals: 2, steps: [{ from: null, color: "red" }, { from: objectivePercent / 100, color: "green" }],
          alerts: ["ErrorBudgetBurningFast", "ErrorBudgetBurning", "ErrorBudgetBurningSlowly", "ErrorBudgetAtRisk"],
          queries: [{ expr: `1 - (sum(increase(${failed}[30d])) or vector(0)) / (sum(increase(${requests}[30d])) > 0) or vector(1)` }],
        },
        {
          kind: "number", width: 4, title: "Newest backup", description: "How old it is.", unit: "s", alerts: ["BackupOld", "BackupMissing"], texts: never,
          queries: [{ expr: `${figure("BackupOld")} or vector(-1)` }],
        },
        {
          kind: "number", width: 4, title: "Certificate ends in", description: "It is renewed when a third of its lifetime is left.", unit: "s",
          alerts: ["CertificateExpiring", "CertificateEnding"], queries: [{ expr: `min(${figure("CertificateExpiring")})` }],
        },
        {
          kind: "number", width: 4, title: "Requests", description: "To the API and the admin pages, at the edge.", unit: "reqps", trend: true,
          steps: [{ from: null, color: "blue" }], queries: [{ expr: `sum(rate(${requests}[$__rate_interval])) or vector(0)` }],
        },
        {
          kind: "number", width: 4, title: "Failed requests", description: "The share answered by 500 and above, over five minutes.", unit: "percentunit", trend: true,
          alerts: ["ApiErrors", "ApiManyErrors"], queries: [{ expr: "max(ringo:errors:ratio_rate5m) or vector(0)" }],
        },
        {
          kind: "number", width: 4, title: "Slowest twentieth", description: "One request in twenty takes longer, over five minutes. Promised are 200 ms.", unit: "s", trend: true,
          alerts: ["ApiSlow", "ApiVerySlow"], queries: [{ expr: `${figure("ApiSlow")} >= 0 or vector(0)` }],
        },
        {
          kind: "number", width: 4, title: "Longest queue", description: "Messages that wait for a worker.", trend: true, alerts: ["QueueLong", "QueueVeryLong"],
          queries: [{ expr: `max(${figure("QueueLong")})` }],
        },
        {
          kind: "number", width: 4, title: "Workers that live", description: "They say so every two seconds.", alerts: ["NoWorkers", "WorkerDown"],
          steps: [{ from: null, color: "red" }, { from: 1, color: "green" }], queries: [{ expr: "sum(ringo_celery_worker_up)" }],
        },
        {
          kind: "number", width: 4, title: "Machines that are silent", description: "Off, cut off or overloaded.", alerts: ["MachineDown"], steps: noneIsWell("red"),
          queries: [{ expr: `count(${figure("MachineDown")}) or vector(0)` }],
        },
      ],
    },
    {
      title: "What clients see",
      panels: [
        {
          kind: "graph", width: 8, title: "Requests, by status", description: "At the edge, static files and health checks too.", unit: "reqps", min: 0, stacked: true,
          queries: [{ expr: "sum by (status) (rate(ringo_edge_requests_total[$__rate_interval]))", legend: "{{status}}" }],
        },
        {
          kind: "graph", width: 8, title: "How long requests take", description: "Half, nineteen in twenty and 99 in a hundred are done within this.", unit: "s", min: 0,
          alerts: ["ApiSlow", "ApiVerySlow"],
          queries: [0.5, 0.95, 0.99].map((share) => ({
            expr: `histogram_quantile(${share}, sum by (le) (rate(ringo_edge_request_seconds_bucket{route=~"api|admin"}[5m]))) >= 0 or vector(0)`, legend: `${share * 100} %`,
          })),
        },
        {
          kind: "graph", width: 8, title: "Failed requests", description: "The share answered by 500 and above, over five minutes and over an hour.", unit: "percentunit", min: 0,
          alerts: ["ApiErrors", "ApiManyErrors"],
          queries: ["5m", "1h"].map((window) => ({ expr: `max(ringo:errors:ratio_rate${window}) or vector(0)`, legend: window })),
        },
      ],
    },
    {
      title: "Work",
      panels: [
        {
          kind: "graph", width: 8, title: "Messages that wait", description: "By queue.", min: 0, alerts: ["QueueLong", "QueueVeryLong"],
          queries: [{ expr: figure("QueueLong"), legend: "{{queue}}" }],
        },
        {
          kind: "graph", width: 8, title: "The oldest message has waited for", description: "Of a short queue too: a worker that no longer takes from it shows here.", unit: "s", min: 0,
          alerts: ["QueueStuck"], queries: [{ expr: figure("QueueStuck"), legend: "{{queue}}" }],
        },
        {
          kind: "graph", width: 8, title: "Tasks, by what became of them", description: "Of all queues.", unit: "ops", min: 0, stacked: true,
          queries: [{ expr: 'sum by (outcome) (rate(ringo_celery_tasks_total{outcome!="received"}[$__rate_interval]))', legend: "{{outcome}}" }],
        },
      ],
    },
    {
      title: "Room",
      panels: [
        {
          kind: "graph", width: 8, title: "Processors", description: "The share that is busy, over five minutes.", unit: "percentunit", min: 0, max: 1, alerts: ["ProcessorBusy"],
          queries: [{ expr: figure("ProcessorBusy"), legend: "{{machine}}" }],
        },
        {
          kind: "graph", width: 8, title: "Memory that is left", description: "The kernel ends a process when there is none.", unit: "percentunit", min: 0, max: 1,
          alerts: ["MemoryLow", "MemoryNearlyOut"], queries: [{ expr: figure("MemoryLow"), legend: "{{machine}}" }],
        },
        {
          kind: "bars", width: 8, title: "Disk that is left", description: "Of each machine's fullest file system.", unit: "percentunit", min: 0, max: 1,
          alerts: ["DiskFilling", "DiskNearlyFull"], queries: [{ expr: `min by (machine) (${figure("DiskFilling")})`, legend: "{{machine}}" }],
        },
        {
          kind: "bars", width: 8, title: "What PostgreSQL and Redis have used up", description: "Connections, and memory.", unit: "percentunit", min: 0, max: 1,
          alerts: ["PostgresConnectionsHigh", "PostgresConnectionsNearlyOut", "RedisMemoryHigh", "RedisMemoryNearlyOut"],
          queries: [
            { expr: `max(${figure("PostgresConnectionsHigh")})`, legend: "connections" },
            { expr: `max(${figure("RedisMemoryHigh")})`, legend: "Redis memory" },
          ],
        },
        {
          kind: "table", width: 16, title: "What fires", description: `${watchdog} always does: it shows that the monitor is alive.`,
          columns: { alertname: "alert", severity: "severity", machine: "machine", queue: "queue", task: "task", name: "unit", mountpoint: "file system" },
          queries: [{ expr: 'ALERTS{alertstate="firing"}' }],
        },
      ],
    },
    {
      title: "What is in the logs",
      panels: [
        {
          kind: "graph", width: 12, source: "loki", title: "Errors, by log", description: "Lines of level error and above.", min: 0, stacked: true,
          queries: [{ expr: 'sum by (source) (count_over_time({level=~"critical|error"}[$__auto])) or vector(0)', legend: "{{source}}" }],
        },
        { ...lines("The application's newest lines", "Of the API and the workers. More: the dashboard of logs.", '{source=~"api|worker|beat"}', 12) },
      ],
    },
  ],
});

const requests = 'ringo_edge_requests_total{route=~"api|admin"}';
const failed = 'ringo_edge_requests_total{route=~"api|admin", status=~"5.."}';
