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
  Network: { about: "Names, networks, and who may connect.", schema: network },
  Application: { about: "The image, and its environment.", schema: application },
  Secrets: { about: "Kept encrypted in the stack's file.", schema: secrets },
  Edge: { about: "What faces the internet: nginx, the certificate, the bastion.", schema: edge },
  API: { about: "The tier that answers HTTP.", schema: api },
  Worker: { about: "The tier that processes the queues.", schema: worker },
  Database: { about: "PostgreSQL, Redis and the media files.", schema: database },
  Backups: { about: "What is backed up to S3, for how long, and how it is restored.", schema: backups },
  Monitoring: { about: "What is measured, and who is notified.", schema: monitoring },
  Logs: { about: "The store of all machines' logs.", schema: logs },
  Grafana: { about: "The dashboards.", schema: grafana },
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
