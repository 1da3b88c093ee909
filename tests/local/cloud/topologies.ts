import type { Topology } from "../../../local/cloud/firewall";
import type { Droplet, Firewall, FirewallRule } from "../../../local/cloud/state";

export const droplet = (id: number, properties: Partial<Droplet> = {}): Droplet => ({
  id, name: `d${id}`, region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64", vpcUuid: "vpc", tags: [], sshKeys: [],
  publicAddress: `198.18.0.${id}`, privateAddress: `10.1.0.${id}`, backups: false, monitoring: false, createdAt: "", ...properties,
});

export const rule = (properties: Partial<FirewallRule> = {}): FirewallRule =>
  ({ protocol: "tcp", ports: "22", addresses: [], tags: [], dropletIds: [], ...properties });

export const firewall = (id: string, properties: Partial<Firewall> = {}): Firewall =>
  ({ id, name: id, dropletIds: [], tags: [], inbound: [], outbound: [], createdAt: "", ...properties });

export function topology(droplets: Droplet[], firewalls: Firewall[] = [], rest: Partial<Topology> = {}): Topology {
  return {
    vpcs: { vpc: { id: "vpc", name: "vpc", region: "fra1", description: "", ipRange: "10.1.0.0/16", default: false, createdAt: "" } },
    droplets: Object.fromEntries(droplets.map((one) => [one.id, one])),
    firewalls: Object.fromEntries(firewalls.map((one) => [one.id, one])),
    natGateways: {}, reservedIps: {}, ...rest,
  };
}

const gateway = {
  id: "g", name: "g", type: "PUBLIC", region: "fra1", size: 1, publicAddress: "198.18.0.241", timeouts: { udp: 30, icmp: 30, tcp: 30 },
  vpcs: [{ vpcUuid: "vpc", gatewayIp: "10.1.0.9", defaultGateway: true }], projectId: "p", createdAt: "", updatedAt: "",
};

/** One of each kind that must be a valid ruleset. */
export const topologies: Record<string, Topology> = {
  "nothing at all": topology([], [], { vpcs: {} }),
  "droplets without a firewall": topology([droplet(10), droplet(11, { publicAddress: undefined })]),
  "a firewall without droplets": topology([], [firewall("a", { tags: ["none"], inbound: [rule({ addresses: ["0.0.0.0/0"] })] })]),
  "every kind of rule and peer": topology(
    [droplet(10, { tags: ["edge"] }), droplet(11, { tags: ["api"], publicAddress: undefined }), droplet(12)],
    [firewall("a", {
      tags: ["edge", "api"], dropletIds: [12],
      inbound: [
        rule({ addresses: ["0.0.0.0/0", "::/0"], ports: "443" }),
        rule({ addresses: ["10.0.0.0/8", "10.1.0.7", "10.1.2.3/16"], ports: "8000-8100" }),
        rule({ addresses: ["2001:db8::/32"] }),
        rule({ tags: ["edge", "nobody"], protocol: "udp", ports: "all" }),
        rule({ dropletIds: [11], protocol: "icmp", ports: "" }),
      ],
      outbound: [rule({ addresses: ["0.0.0.0/0"], ports: "0" }), rule({ tags: ["api"], protocol: "udp", ports: "53" })],
    }), firewall("b", { dropletIds: [10], inbound: [rule({ addresses: ["192.0.2.1"] })] })],
    { natGateways: { g: gateway }, reservedIps: { "198.18.0.200": { address: "198.18.0.200", region: "fra1", dropletId: 10 }, "198.18.0.201": { address: "198.18.0.201", region: "fra1" } } },
  ),
};
