import type { Concern, Stack } from "./rule";

/** Whether tasks are done, in time, and once. */
export const celery = ({ patience, pool }: Stack): Concern => {
  const ended = 'sum by (task) (increase(ringo_celery_tasks_total{outcome=~"succeeded|failed"}[10m]))';
  const failures = `sum by (task) (increase(ringo_celery_tasks_total{outcome="failed"}[10m])) / (${ended} >= 10)`;
  // Only the machine that should run it: otherwise another machine reporting one would hide that none runs. A missing worker reports nothing.
  const beats = 'sum(ringo_backend_processes{command="beat", role="worker"}) or vector(0)';
  return {
    name: "celery",
    alerts: [
      {
        name: "QueueLong", expr: "ringo_celery_queue_length", above: 1000, forSeconds: patience(120), severity: "warning",
        summary: "{{ $value }} messages wait in {{ $labels.queue }}", description: "The workers do not keep up.",
      },
      {
        name: "QueueVeryLong", expr: "ringo_celery_queue_length", above: 5000, forSeconds: patience(120), severity: "critical",
        summary: "{{ $value }} messages wait in {{ $labels.queue }}", description: "Customers wait, and Redis fills up.",
      },
      {
        name: "QueueStuck", expr: "ringo_celery_queue_oldest_seconds", above: patience(300), severity: "critical",
        summary: "a message has waited in {{ $labels.queue }} for {{ $value | humanizeDuration }}",
        description: "No worker, or too few, consume this queue. One may have stopped consuming after Redis restarted.",
      },
      {
        name: "TaskFailures", expr: failures, above: 0.1, forSeconds: patience(120), severity: "warning",
        summary: "{{ $value | humanizePercentage }} of {{ $labels.task }} fail", description: "Over ten minutes, of ten tasks at least.",
      },
      {
        name: "TaskManyFailures", expr: failures, above: 0.25, forSeconds: patience(120), severity: "critical",
        summary: "{{ $value | humanizePercentage }} of {{ $labels.task }} fail", description: "Over ten minutes, of ten tasks at least.",
      },
      {
        // By then a frequent one has succeeded, or is judged by its share.
        name: "TaskFailed", expr: `ringo_celery_task_last_success == 0 unless on (task) (${ended}) >= 10`, forSeconds: patience(600), severity: "warning",
        summary: "the last {{ $labels.task }} failed", description: "It runs too rarely to count a share of failures. Its work has not been done.",
      },
      {
        name: "TaskLong", expr: "ringo_celery_longest_running_seconds", above: 300, severity: "warning",
        summary: "{{ $labels.task }} has run for {{ $value | humanizeDuration }}", description: "It hangs, or should be split into several tasks.",
      },
      {
        name: "TasksLost", expr: 'sum by (task) (increase(ringo_celery_tasks_total{outcome="lost"}[10m])) > 0', severity: "warning",
        summary: "{{ $labels.task }} was running on a worker that stopped", description: "It was not finished, and is not sent again.",
      },
      {
        name: "WorkerDown", expr: "ringo_celery_worker_up == 0", forSeconds: patience(120), severity: "critical",
        summary: "{{ $labels.worker }} sends no heartbeats", description: "It is gone, or it hangs.",
      },
      {
        name: "NoWorkers", expr: "sum(ringo_celery_worker_up) == 0", forSeconds: patience(60), severity: "critical",
        summary: "no worker sends heartbeats", description: "No task is processed.",
      },
      {
        name: "PoolTooSmall", expr: 'ringo_backend_children{command="worker"}', below: pool.min, and: 'on (machine) ringo_backend_processes{command="worker"} > 0',
        forSeconds: patience(180), severity: "warning",
        summary: "the pool on {{ $labels.machine }} has {{ $value }} processes", description: `The minimum is ${pool.min}: processes die as fast as they start.`,
      },
      {
        name: "PoolTooLarge", expr: 'ringo_backend_children{command="worker"}', above: pool.max, forSeconds: patience(180), severity: "warning",
        summary: "the pool on {{ $labels.machine }} has {{ $value }} processes", description: `The maximum is ${pool.max}: the machine has no memory for more.`,
      },
      {
        name: "BrokerUnreachable", expr: "ringo_celery_broker_up == 0 unless on () redis_up == 0", forSeconds: patience(60), severity: "critical",
        summary: "the monitor cannot read the queues", description: "Redis runs, but refuses access or does not answer.",
      },
      {
        name: "BeatMissing", expr: beats, below: 1, forSeconds: patience(60), severity: "critical",
        summary: "no beat runs", description: "No periodic task is sent.",
      },
      {
        name: "BeatTwice", expr: 'sum(ringo_backend_processes{command="beat"})', above: 1, forSeconds: patience(60), severity: "critical",
        summary: "{{ $value }} beats run", description: "Every periodic task is sent that often.",
      },
      {
        name: "BeatStuck", expr: "time() - ringo_beat_woken_timestamp_seconds", above: 600, severity: "critical",
        summary: "beat on {{ $labels.machine }} has been asleep for {{ $value | humanizeDuration }}", description: "It hangs: it never sleeps for more than five minutes.",
      },
    ],
  };
};
