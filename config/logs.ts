import * as z from "zod";
import { group, key } from "./doc";
import { imageFault, text, whole } from "./formats";

/** What is written down on the machines, carried to one place. */
export const logs = z.object({
  logs: group(z.object({
    image: key(text(imageFault).optional(), {
      description: "Image of Loki, which stores all machines' logs on the monitor. Without it logs stay on their machines. Required in production.",
      allowed: "repository@sha256:<64 hexadecimal digits>; a throwaway stack may name a tag instead",
      example: "docker.io/grafana/loki:3.7.8@sha256:<digest>",
    }),
    retentionDays: key(whole(1, 365).default(90), {
      description: "How long the monitor keeps logs, in days.",
      allowed: "a whole number from 1 to 365",
      example: "90",
    }),
    retentionGiB: key(whole(1, 1000).default(15), {
      description: "How much of the monitor's disk logs may use, in GiB; above it the oldest are deleted earlier.",
      allowed: "a whole number from 1 to 1000; with `monitoring.retentionGiB` at most two thirds of the disk of `monitorSize`",
      example: "15",
    }),
  }).prefault({}), {
    description: "The central store of all machines' logs, scrubbed of personal data and credentials.",
  }),
});
