import { ports, type Exporter } from "../machine/monitoring";
import type { Service } from "../machine/base/nftables";
import type { Role } from "./naming";

/** The exporters on a machine of each role. The monitor reads them, and both firewalls let the monitor reach them. */
export const exporters: Record<Role, Exporter[]> = {
  edge: ["node", "nginx", "edge"],
  api: ["node", "django"],
  worker: ["node"],
  data: ["node", "postgres", "redis"],
  monitor: ["node"],
};

/** The ports of a role's exporters, for the monitor alone. */
export const exporterServices = (role: Role, monitor: string): Service[] =>
  exporters[role].map((name) => ({ name: `figures of ${name}`, port: ports[name], from: [monitor] }));
