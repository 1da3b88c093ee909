import * as z from "zod";
import { celeryProcessMiB } from "./capacity";
import { group, key } from "./doc";
import { list, pattern, resizing, sizeWith, whole } from "./formats";

/** The tier that works off the queues. */
export const worker = z.object({
  workerInstanceCount: key(whole(1, 500).default(1), {
    description: "Number of worker machines. Beat always runs on exactly one of them.",
    allowed: "a whole number from 1 to 500",
    example: "1",
  }),
  workerSize: key(sizeWith(1024).default("s-2vcpu-4gb"), {
    description: `Size of a worker machine. ${resizing("all workers at once")}`,
    allowed: "a DigitalOcean size with at least 1024 MiB",
    example: "s-2vcpu-4gb",
  }),
  autoscaler: group(z.object({
    enabled: key(z.boolean().default(true), {
      description: "Let each worker start and stop processes with the length of the queues. When off, it always has `concurrency` processes.",
      allowed: "true or false",
      example: "true",
    }),
    min: key(whole(1, 1000).default(2), {
      description: "Fewest processes of a worker.",
      allowed: "a whole number from 1 to autoscaler.max",
      example: "2",
    }),
    max: key(whole(1, 1000).default(10), {
      description: "Most processes of a worker.",
      allowed: `a whole number from autoscaler.min to what workerSize holds at ${celeryProcessMiB} MiB a child`,
      example: "10",
    }),
  }).prefault({}), {
    description: "Celery's `--autoscale=MAX,MIN`, for each worker machine.",
  }),
  concurrency: key(whole(1, 1000).default(4), {
    description: "Processes of each worker while the autoscaler is off.",
    allowed: `a whole number from 1 to what workerSize holds at ${celeryProcessMiB} MiB a child`,
    example: "4",
  }),
  maxTasksPerChild: key(whole(1, 1_000_000).default(1000), {
    description: "Number of tasks after which a worker's process is replaced, to limit memory leaks.",
    allowed: "a whole number from 1 to 1000000",
    example: "1000",
  }),
  queues: key(list(pattern(/^[A-Za-z0-9_.-]{1,64}$/, "is not a queue's name")).min(1, "is empty: no task would ever be done")
    .default(["default", "finance", "notifications", "orders"]), {
    description: "Queues that the workers consume.",
    allowed: "at least one name of letters, digits, `_`, `.` and `-`, 64 characters at most",
    example: "default",
  }),
  workerStopTimeoutSeconds: key(whole(1, 3600).default(300), {
    description: "How long a stopping worker may finish its tasks before it is killed, in seconds. Set it above your longest task.",
    allowed: "a whole number from 1 to 3600 (after which Redis hands an unfinished task to another worker)",
    example: "300",
  }),
});
