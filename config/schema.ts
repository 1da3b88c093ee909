import * as z from "zod";
import { api } from "./api";
import { application } from "./application";
import { backups } from "./backups";
import { database } from "./database";
import { edge } from "./edge";
import { grafana } from "./grafana";
import { logs } from "./logs";
import { machines } from "./machines";
import { monitoring } from "./monitoring";
import { network } from "./network";
import { secrets } from "./secrets";
import { stack } from "./stack";
import { worker } from "./worker";

/** The concerns, in the order of the reference page. */
export const concerns = {
  Stack: { about: "What the stack is, and where.", schema: stack },
  Network: { about: "Names, networks, and who may come in.", schema: network },
  Application: { about: "The image, and what it is told.", schema: application },
  Secrets: { about: "Kept encrypted in the stack's file.", schema: secrets },
  Edge: { about: "What faces the internet: nginx, the certificate, the bastion.", schema: edge },
  API: { about: "The tier that answers HTTP.", schema: api },
  Worker: { about: "The tier that works off the queues.", schema: worker },
  Database: { about: "PostgreSQL, Redis and the media files.", schema: database },
  Backups: { about: "What is kept in S3, how long, and how it comes back.", schema: backups },
  Monitoring: { about: "What is measured, and who is told.", schema: monitoring },
  Logs: { about: "What is kept of what the machines write down.", schema: logs },
  Grafana: { about: "Where the dashboards are looked at.", schema: grafana },
  Machines: { about: "What every machine has in common.", schema: machines },
} as const;

/** Every key that is not secret. */
export const settings = z.object({
  ...stack.shape, ...network.shape, ...application.shape, ...edge.shape, ...api.shape, ...worker.shape, ...database.shape, ...backups.shape, ...monitoring.shape, ...logs.shape, ...grafana.shape, ...machines.shape,
});

/** Every key. */
export const schema = z.object({ ...settings.shape, ...secrets.shape });

/** All keys as they come out of validation, before what derives from several is worked out. */
export type Validated = z.output<typeof schema>;
