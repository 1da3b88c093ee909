import { lines, noneIsWell, upOrDown, type Dashboard, type Known } from "./view";

/** Whether tasks are done, in time, and once. */
export const celery = ({ figure }: Known): Dashboard => ({
  uid: "ringo-celery",
  title: "Ringo: Celery",
  description: "Queues, tasks, workers and beat: whether work is done, in time, and once.",
  variables: [{ name: "queue", label: "Queue", values: { source: "prometheus", series: "ringo_celery_queue_length", label: "queue" } }],
  rows: [
    {
      title: "Now",
      panels: [
        {
          kind: "number", width: 4, title: "Workers", description: "Whether each says that it lives.", alerts: ["WorkerDown", "NoWorkers"], ...upOrDown,
          queries: [{ expr: "ringo_celery_worker_up", legend: "{{worker}}" }],
        },
        {
          kind: "number", width: 4, title: "Beats", description: "Exactly one: with none no periodic task is sent, with two each is sent twice.",
          alerts: ["BeatMissing", "BeatTwice"], steps: [{ from: null, color: "red" }, { from: 1, color: "green" }, { from: 2, color: "red" }],
          queries: [{ expr: 'sum(ringo_backend_processes{command="beat"})' }],
        },
        {
          kind: "number", width: 4, title: "Beat woke", description: "How long ago. It sleeps five minutes at most while it lives.", unit: "s", alerts: ["BeatStuck"],
          queries: [{ expr: `min(${figure("BeatStuck")})` }],
        },
        {
          kind: "number", width: 4, title: "Broker", description: "Whether the monitor can read the queues.", alerts: ["BrokerUnreachable"], ...upOrDown,
          queries: [{ expr: "ringo_celery_broker_up" }],
        },
        {
          kind: "number", width: 4, title: "Messages that wait", description: "In the queues chosen.", trend: true, alerts: ["QueueLong", "QueueVeryLong"],
          queries: [{ expr: `sum(ringo_celery_queue_length{${queue}})` }],
        },
        {
          kind: "number", width: 4, title: "Tasks lost", description: "Begun on a worker that went, in the time that is shown. Nobody sends them again.", alerts: ["TasksLost"],
          steps: noneIsWell("red"), queries: [{ expr: 'round(sum(increase(ringo_celery_tasks_total{outcome="lost"}[$__range]))) or vector(0)' }],
        },
      ],
    },
    {
      title: "Queues",
      panels: [
        {
          kind: "graph", width: 12, title: "Messages that wait", description: "By queue.", min: 0, alerts: ["QueueLong", "QueueVeryLong"],
          queries: [{ expr: `ringo_celery_queue_length{${queue}}`, legend: "{{queue}}" }],
        },
        {
          kind: "graph", width: 12, title: "The oldest message has waited for", description: "At least: the monitor counts from when it first saw it.", unit: "s", min: 0,
          alerts: ["QueueStuck"], queries: [{ expr: `ringo_celery_queue_oldest_seconds{${queue}}`, legend: "{{queue}}" }],
        },
      ],
    },
    {
      title: "Tasks",
      panels: [
        {
          kind: "graph", width: 12, title: "By what became of them", description: "Of all tasks.", unit: "ops", min: 0, stacked: true,
          queries: [{ expr: 'sum by (outcome) (rate(ringo_celery_tasks_total{outcome!="received"}[$__rate_interval])) or on () vector(0)', legend: "{{outcome}}" }],
        },
        {
          kind: "graph", width: 12, title: "By name", description: "Those that ended, well or not.", unit: "ops", min: 0, stacked: true,
          queries: [{ expr: 'sum by (task) (rate(ringo_celery_tasks_total{outcome=~"succeeded|failed"}[$__rate_interval])) or on () vector(0)', legend: "{{task}}" }],
        },
        {
          kind: "graph", width: 8, title: "Failures", description: "The share of a task's runs, over ten minutes, of ten at least.", unit: "percentunit", min: 0,
          alerts: ["TaskFailures", "TaskManyFailures"], queries: [{ expr: `${figure("TaskFailures")} or on () vector(0)`, legend: "{{task}}" }],
        },
        {
          kind: "graph", width: 8, title: "How long they take", description: "Nineteen in twenty that succeed are done within this.", unit: "s", min: 0,
          queries: [{ expr: "histogram_quantile(0.95, sum by (le, task) (rate(ringo_celery_task_seconds_bucket[10m]))) >= 0 or on () vector(0)", legend: "{{task}}" }],
        },
        {
          kind: "graph", width: 8, title: "How long the longest has run", description: "Of those that are under way.", unit: "s", min: 0, alerts: ["TaskLong"],
          queries: [{ expr: `${figure("TaskLong")} or on () vector(0)`, legend: "{{task}}" }],
        },
      ],
    },
    {
      title: "Workers",
      panels: [
        {
          kind: "graph", width: 12, title: "Children", description: "Of each worker's pool, between what the autoscaler is bounded by.", min: 0, alerts: ["PoolTooSmall", "PoolTooLarge"],
          queries: [
            { expr: 'ringo_backend_children{command="worker", role="worker"}', legend: "{{machine}}" },
            { expr: "ringo_celery_pool_bound", legend: "at {{bound}}" },
          ],
        },
        {
          kind: "graph", width: 12, title: "Under way", description: "Tasks that workers have begun, and messages that they hold.", min: 0,
          queries: [
            { expr: "ringo_celery_tasks_running or on () vector(0)", legend: "{{worker}}" },
            { expr: "ringo_celery_unacknowledged_messages", legend: "messages held" },
          ],
        },
        lines("What workers and beat say", "The newest lines.", '{source=~"worker|beat"}'),
      ],
    },
  ],
});

const queue = 'queue=~"$queue"';
