import * as z from "zod";
import { gunicornWorkerMiB } from "./capacity";
import { key } from "./doc";
import { resizing, sizeWith, whole } from "./formats";

/** The tier that answers HTTP. */
export const api = z.object({
  apiInstanceCount: key(whole(1, 500).default(2), {
    description: "Number of API machines. With two or more, a release loses no request, and the API survives the loss of a machine.",
    allowed: "a whole number from 1 to 500",
    example: "2",
  }),
  apiSize: key(sizeWith(1024).default("s-2vcpu-4gb"), {
    description: `Size of an API machine. ${resizing("all API machines at once")}`,
    allowed: "a DigitalOcean size with at least 1024 MiB",
    example: "s-2vcpu-4gb",
  }),
  gunicornWorkers: key(whole(0, 512).default(0), {
    description: `Gunicorn workers on each API machine. 0 means 2 × CPUs + 1, within what memory holds at ${gunicornWorkerMiB} MiB each.`,
    allowed: `a whole number from 0 to what apiSize holds at ${gunicornWorkerMiB} MiB each`,
    example: "5",
  }),
  apiTimeoutSeconds: key(whole(5, 600).default(120), {
    description: "How long a request may take, in seconds: gunicorn's `--timeout` and nginx's read timeout.",
    allowed: "a whole number from 5 to 600",
    example: "120",
  }),
  apiStopTimeoutSeconds: key(whole(1, 600).default(35), {
    description: "How long a stopping API container may finish its requests before it is killed, in seconds. Gunicorn itself gives them 30.",
    allowed: "a whole number from 1 to 600",
    example: "35",
  }),
});
