import type { types } from "@pulumi/digitalocean";
import { ports as exporterPorts } from "../machine/monitoring";
import { exporters } from "./exporters";
import { roleTag, type Role } from "./naming";

type Inbound = types.input.FirewallInboundRule;
type Outbound = types.input.FirewallOutboundRule;

export interface RoleRules {
  role: Role;
  inbound: Inbound[];
  outbound: Outbound[];
}

const everywhere = ["0.0.0.0/0", "::/0"];

/** TCP from machines of these roles. */
const from = (roles: Role[], port: number): Inbound =>
  ({ protocol: "tcp", portRange: String(port), sourceTags: roles.map((role) => roleTag(role)) });

const fromAddresses = (addresses: string[], port: number): Inbound =>
  ({ protocol: "tcp", portRange: String(port), sourceAddresses: addresses });

/** A machine of ours may open connections; what comes back is let in because firewalls are stateful. */
const out: Outbound[] = ["tcp", "udp"].map((protocol) =>
  ({ protocol, portRange: "1-65535", destinationAddresses: everywhere }) as Outbound)
  .concat({ protocol: "icmp", destinationAddresses: everywhere });

/** What measures a machine, for the monitor alone. */
const watched = (role: Role): Inbound[] => exporters[role].map((name) => from(["monitor"], exporterPorts[name]));

const ports = { ssh: 22, http: 80, https: 443, api: 8000, postgres: 5432, redis: 6379 };

/**
 * Who may talk to whom: the one table of the stack's open ports.
 * By tag, since a rule by droplet id holds ten at most (lessons 3) and would change with every machine.
 */
export function allowTable(sshAllowedCidrs: string[]): RoleRules[] {
  return [
    {
      role: "edge",
      inbound: [
        fromAddresses(sshAllowedCidrs, ports.ssh),
        fromAddresses(everywhere, ports.http),
        fromAddresses(everywhere, ports.https),
        ...watched("edge"),
      ],
      outbound: out,
    },
    { role: "api", inbound: [from(["edge"], ports.ssh), from(["edge"], ports.api), ...watched("api")], outbound: out },
    { role: "worker", inbound: [from(["edge"], ports.ssh), ...watched("worker")], outbound: out },
    {
      role: "data",
      inbound: [
        // Media and static files are shared over SFTP, so every role needs this port.
        from(["edge", "api", "worker"], ports.ssh),
        from(["api", "worker"], ports.postgres),
        // The monitor reads the queues.
        from(["api", "worker", "monitor"], ports.redis),
        ...watched("data"),
      ],
      outbound: out,
    },
    { role: "monitor", inbound: [from(["edge"], ports.ssh)], outbound: out },
  ];
}
