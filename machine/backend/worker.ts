/** The worker's role: one Celery worker that finishes its tasks before it stops. */
import { backendContainer, type Backend, type CelerySettings } from "./django";
import { quote } from "../shell";
import type { Fragment } from "../state";

export interface WorkerInputs {
  backend: Backend;
  /** The machine's name: the worker is `worker@<machine>` to Celery, the same after every replacement. */
  machine: string;
  celery: CelerySettings;
  /** How long running tasks may take when the worker is replaced, in seconds; then they are lost. */
  stopTimeoutSeconds: number;
}

/** Name of its container. */
export const workerContainer = "ringo-worker";

/** The worker in its container. */
export function worker({ backend, machine, celery, stopTimeoutSeconds }: WorkerInputs): Fragment {
  const node = `worker@${machine}`;
  return {
    containers: [
      backendContainer(backend, {
        name: workerContainer,
        command: workerCommand(celery, node),
        stopTimeoutSeconds,
        health: {
          command: `docker exec ${workerContainer} celery -A ringo_backend inspect ping --timeout 1 --destination ${quote(node)}`,
          timeoutSeconds: 120,
        },
      }),
    ],
    secrets: backend.environment.secrets,
  };
}

/** @throws on bounds that Celery would accept and then misbehave with. */
export function workerCommand(celery: CelerySettings, node: string): string[] {
  const { autoscaler, concurrency, maxTasksPerChild, queues } = celery;
  if (queues.length === 0) throw new Error("a worker without a queue consumes only Celery's default one, which nothing is sent to");
  if (autoscaler && !(autoscaler.min >= 1 && autoscaler.min <= autoscaler.max)) {
    throw new Error(`autoscaler: 1 ≤ min ≤ max must hold, got min ${autoscaler.min} and max ${autoscaler.max}`);
  }
  return [
    "celery", "-A", "ringo_backend", "worker",
    "-E", // without it Celery sends no task events, and nothing can be measured
    "--loglevel=info",
    `--max-tasks-per-child=${maxTasksPerChild}`,
    // Maximum first.
    autoscaler ? `--autoscale=${autoscaler.max},${autoscaler.min}` : `--concurrency=${concurrency}`,
    `--queues=${queues.join(",")}`,
    `--hostname=${node}`,
  ];
}
