import type { types } from "@pulumi/digitalocean";
import { apiPort } from "../machine/edge/nginx/upstreams";
import { portOf } from "../machine/url";
import { registryPort } from "../machine/image";
import { grafanaPort } from "../machine/monitoring/grafana";
import { intakePort } from "../machine/logs";
import { ports as exporterPorts, type Exporter } from "../machine/monitoring";
import { exporters } from "./exporters";
import { roleTag, roles, type Role } from "./naming";

type Inbound = types.input.FirewallInboundRule;
type Outbound = types.input.FirewallOutboundRule;

/** The cloud firewall of one role. */
export interface RoleRules {
  role: Role;
  inbound: Inbound[];
  outbound: Outbound[];
}

/** The part of the configuration that says what machines connect to outside of the stack. */
export interface WaysOut {
  acme: { server: string };
  image: string;
  backups: { endpoint?: string };
  /** Loki's image; without one no logs are sent to the monitor. */
  logs: { image?: string };
  /** TCP ports that the application needs. */
  outboundPorts: number[];
  /** TCP ports of the services that alerts are sent to. */
  alertPorts: number[];
  sentry?: { url: string };
  grafana: { image?: string; oauth?: { tokenUrl: string; apiUrl: string } };
}

const everywhere = ["0.0.0.0/0", "::/0"];
const ports = { ssh: 22, dns: 53, http: 80, ntp: 123, https: 443, api: apiPort, postgres: 5432, redis: 6379 };

/** TCP from machines of these roles. */
const from = (senders: readonly Role[], port: number): Inbound =>
  ({ protocol: "tcp", portRange: String(port), sourceTags: senders.map((role) => roleTag(role)) });

const fromAddresses = (addresses: string[], port: number): Inbound =>
  ({ protocol: "tcp", portRange: String(port), sourceAddresses: addresses });

/** TCP to machines of these roles. */
const to = (receivers: readonly Role[], port: number): Outbound =>
  ({ protocol: "tcp", portRange: String(port), destinationTags: receivers.map((role) => roleTag(role)) });

const outside = (port: number, protocol = "tcp"): Outbound => ({ protocol, portRange: String(port), destinationAddresses: everywhere });

/** What every machine needs from the internet (names, time, packages), and further TCP ports that only some need. Its own firewall knows its resolvers. */
const internet = (...some: number[]): Outbound[] => [
  { protocol: "icmp", destinationAddresses: everywhere },
  outside(ports.dns, "udp"),
  outside(ports.ntp, "udp"),
  ...[...new Set([ports.dns, ports.http, ports.https, ...some])].map((port) => outside(port)),
];

/** The monitor may read a machine's exporters. */
const watched = (role: Role): Inbound[] => exporters[role].map((name) => from(["monitor"], exporterPorts[name]));

/** The other side of `watched`: what the monitor may open connections to. */
const reads = (): Outbound[] => (Object.keys(exporterPorts) as Exporter[]).map((name) =>
  to(roles.filter((role) => exporters[role].includes(name)), exporterPorts[name]));

/**
 * Who may talk to whom: the one table of the stack's open ports, in and out. Firewalls are stateful, so answers need no rule.
 * Rules name tags: by droplet id a rule holds ten machines at most (terraform-provider-digitalocean #1263), and would change with
 * every machine. Each machine's own firewall repeats the table, and says which of its users may (`machine/base/nftables.ts`, `machine/egress.ts`).
 */
export function allowTable(sshAllowedCidrs: string[], ways: WaysOut): RoleRules[] {
  const { acme, image, backups, outboundPorts, alertPorts, logs, sentry, grafana } = ways;
  // Every machine sends its logs to the monitor; the monitor sends its own the same way.
  const [carries, keeps] = logs.image === undefined ? [[], []] : [[to(["monitor"], intakePort)], [from(roles, intakePort)]];
  const [shows, shown] = grafana.image === undefined ? [[], []] : [[to(["monitor"], grafanaPort)], [from(["edge"], grafanaPort)]];
  const images = [logs.image, grafana.image].filter((each) => each !== undefined);
  const logIn = grafana.oauth ? [portOf(grafana.oauth.tokenUrl), portOf(grafana.oauth.apiUrl)] : [];
  const application = [to(["data"], ports.postgres), to(["data"], ports.redis), ...carries, ...internet(registryPort(image), ...outboundPorts)];
  return [
    {
      role: "edge",
      inbound: [
        fromAddresses(sshAllowedCidrs, ports.ssh),
        fromAddresses(everywhere, ports.http),
        fromAddresses(everywhere, ports.https),
        ...watched("edge"),
      ],
      outbound: [to(["api", "worker", "data", "monitor"], ports.ssh), to(["api"], ports.api), ...shows, ...carries, ...internet(portOf(acme.server))],
    },
    {
      role: "api",
      inbound: [from(["edge"], ports.ssh), from(["edge"], ports.api), ...watched("api")],
      outbound: [to(["data"], ports.ssh), ...application],
    },
    {
      role: "worker",
      inbound: [from(["edge"], ports.ssh), ...watched("worker")],
      outbound: [to(["data"], ports.ssh), ...application],
    },
    {
      role: "data",
      inbound: [
        // Media and static files are shared over SFTP, on SSH's port.
        from(["edge", "api", "worker"], ports.ssh),
        from(["api", "worker"], ports.postgres),
        // The monitor reads the queues.
        from(["api", "worker", "monitor"], ports.redis),
        ...watched("data"),
      ],
      outbound: [...carries, ...internet(backups.endpoint === undefined ? ports.https : portOf(backups.endpoint))],
    },
    {
      role: "monitor",
      inbound: [
        from(["edge"], ports.ssh),
        ...keeps,
        ...shown,
        ...watched("monitor"),
      ],
      outbound: [...reads(), to(["data"], ports.redis), ...carries, ...internet(
        ...alertPorts, ...images.map(registryPort), ...(sentry ? [portOf(sentry.url)] : []), ...logIn,
      )],
    },
  ];
}
