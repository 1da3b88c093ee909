import { disjoint } from "./addresses";
import { fabricTable, internet, metadataAddress, privateLink, publicGateway, publicLink, uplink } from "./names";
import type { CloudState, Droplet, Firewall, FirewallRule } from "./state";

/** What the decision about a packet depends on. */
export type Topology = Pick<CloudState, "vpcs" | "droplets" | "firewalls" | "natGateways" | "reservedIps">;

/**
 * The fabric's whole nftables ruleset, replacing what was there in one transaction: cloud firewalls, isolation of VPCs,
 * NAT gateways and reserved addresses.
 *
 * A packet meets its sender's outbound rules before any address is translated and its receiver's inbound rules after,
 * so both see the addresses that DigitalOcean's firewalls see.
 */
export function renderRuleset(topology: Topology): string {
  const droplets = Object.values(topology.droplets);
  const policies = groupByFirewalls(droplets, Object.values(topology.firewalls));
  const reserved = Object.values(topology.reservedIps).flatMap(({ address, dropletId }) => {
    const target = dropletId === undefined ? undefined : topology.droplets[dropletId]?.publicAddress;
    return target === undefined ? [] : [{ address, target }];
  });
  const ranges = Object.values(topology.vpcs).map((vpc) => vpc.ipRange);
  const gateways = Object.values(topology.natGateways).flatMap((gateway) =>
    gateway.vpcs
      .filter((member) => member.defaultGateway && topology.vpcs[member.vpcUuid])
      .map((member) => ({ range: topology.vpcs[member.vpcUuid]!.ipRange, address: gateway.publicAddress })));
  const verdicts = (direction: string): string[] =>
    policies.flatMap(({ members }, i) =>
      members.flatMap(linksOf).map(({ link }) => `${quote(link)} : goto ${direction}_${i}`));

  return lines(0, [
    `table inet ${fabricTable}`,
    `delete table inet ${fabricTable}`,
    `table inet ${fabricTable} {`,
    block("set links", "type ifname . ipv4_addr", elements(
      droplets.flatMap(linksOf).map(({ link, address }) => `${quote(link)} . ${address}`))),
    block("set vpcs", "type ipv4_addr", "flags interval", elements(ranges)),
    block("map reserved", "type ipv4_addr : ipv4_addr", elements(reserved.map((ip) => `${ip.address} : ${ip.target}`))),
    ...policies.flatMap(({ firewalls }, i) => [
      block(`chain out_${i}`, ...rulesOf(firewalls, "outbound", topology), "drop"),
      block(`chain in_${i}`, ...rulesOf(firewalls, "inbound", topology), "drop"),
    ]),
    block("map outbound", "type ifname : verdict", elements(verdicts("out"))),
    block("map inbound", "type ifname : verdict", elements(verdicts("in"))),
    block("chain from_droplet", "type filter hook prerouting priority mangle; policy accept;",
      `iifname { "lo", ${quote(uplink)} } accept`,
      "iifname . ip saddr != @links drop",
      "ct state established,related accept",
      "ct state invalid drop",
      `ip daddr ${metadataAddress} tcp dport 80 accept`,
      "iifname vmap @outbound"),
    block("chain reserved_addresses", "type nat hook prerouting priority dstnat; policy accept;",
      "dnat ip to ip daddr map @reserved"),
    block("chain routes", "type filter hook forward priority filter; policy drop;",
      "ct state established,related accept",
      "ct state invalid drop",
      ...ranges.map((range) => `ip saddr ${range} ip daddr ${range} accept`),
      `iifname ${quote(uplink)} oifname "pub-*" accept`,
      `iifname "pub-*" oifname { ${quote(uplink)}, "pub-*" } accept`,
      `ip saddr @vpcs ip daddr ${internet} meta l4proto { tcp, udp } th dport 53 accept`,
      ...gateways.map(({ range }) => `ip saddr ${range} oifname { ${quote(uplink)}, "pub-*" } accept`)),
    block("chain nat_gateways", "type nat hook postrouting priority srcnat; policy accept;",
      // Otherwise a droplet that connects to its own reserved address would get packets from itself.
      ...reserved.map((ip) => `ct status dnat ip saddr ${ip.target} ip daddr ${ip.target} snat ip to ${publicGateway}`),
      ...gateways.map(({ range, address }) => `ip saddr ${range} ip daddr != ${range} snat ip to ${address}`),
      // The cloud's resolver answers every droplet; the host has no route into a VPC.
      `ip saddr @vpcs ip daddr ${internet} snat ip to ${publicGateway}`),
    block("chain to_droplet", "type filter hook postrouting priority srcnat + 10; policy accept;",
      "ct state established,related accept",
      "oifname vmap @inbound"),
    block("chain to_fabric", "type filter hook input priority filter; policy drop;",
      'iifname "lo" accept',
      "ct state established,related accept",
      "icmp type echo-request accept",
      `iifname { "pub-*", "vpc-*" } ip daddr ${metadataAddress} tcp dport 80 accept`),
    "}",
  ]);
}

/** A droplet's links with the one address each may speak from. */
function linksOf(droplet: Droplet): { link: string; address: string }[] {
  const links = [{ link: privateLink(droplet.id), address: droplet.privateAddress }];
  return droplet.publicAddress ? [{ link: publicLink(droplet.id), address: droplet.publicAddress }, ...links] : links;
}

/** Droplets selected by the same firewalls share their chains; those selected by none are open and have no chain. */
function groupByFirewalls(droplets: Droplet[], firewalls: Firewall[]): { firewalls: Firewall[]; members: Droplet[] }[] {
  const groups = new Map<string, { firewalls: Firewall[]; members: Droplet[] }>();
  for (const droplet of droplets) {
    const selecting = firewalls.filter((firewall) => selects(firewall, droplet));
    if (selecting.length === 0) continue;
    const key = selecting.map((firewall) => firewall.id).join();
    const group = groups.get(key) ?? { firewalls: selecting, members: [] };
    group.members.push(droplet);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const selects = (selector: { dropletIds: number[]; tags: string[] }, droplet: Droplet): boolean =>
  selector.dropletIds.includes(droplet.id) || droplet.tags.some((tag) => hasTag(selector.tags, tag));

/** Tags are case-insensitive. */
const hasTag = (tags: string[], tag: string): boolean => tags.some((other) => other.toLowerCase() === tag.toLowerCase());

function rulesOf(firewalls: Firewall[], direction: "inbound" | "outbound", topology: Topology): string[] {
  const field = direction === "inbound" ? "saddr" : "daddr";
  const rules = firewalls.flatMap((firewall) => firewall[direction]).flatMap((rule) => {
    const peers = peersOf(rule, topology);
    if (peers.length === 0) return [];
    const address = peers.includes("0.0.0.0/0") ? "" : `ip ${field} { ${peers.join(", ")} } `;
    return [`${address}${protocolOf(rule)} accept`];
  });
  return [...new Set(rules)];
}

/** All peers of a rule: addresses as written, and all addresses of the droplets selected by tag or id. */
function peersOf(rule: FirewallRule, topology: Topology): string[] {
  const droplets = Object.values(topology.droplets).filter((droplet) => selects(rule, droplet));
  return disjoint([...rule.addresses, ...droplets.flatMap(linksOf).map(({ address }) => address)]);
}

function protocolOf(rule: FirewallRule): string {
  if (rule.protocol === "icmp") return "meta l4proto icmp";
  if (rule.ports === "all" || rule.ports === "0") return `meta l4proto ${rule.protocol}`;
  return `${rule.protocol} dport ${rule.ports}`;
}

type Line = string | Line[];

const quote = (name: string): string => `"${name}"`;
const elements = (items: string[]): Line[] => (items.length === 0 ? [] : [`elements = { ${items.join(", ")} }`]);
const block = (head: string, ...body: Line[]): Line[] => [`${head} {`, body.flat(1), "}"];

function lines(depth: number, content: Line[]): string {
  return content.map((line) => (typeof line === "string" ? `${"  ".repeat(depth)}${line}\n` : lines(depth + 1, line))).join("");
}
