import { renderRuleset } from "../../../local/cloud/firewall";
import { droplet, firewall, rule, topologies, topology } from "./topologies";

const lines = (text: string): string[] => text.split("\n").map((line) => line.trim());

/** The body of a chain, set or map. */
function block(ruleset: string, head: string): string[] {
  const all = lines(ruleset);
  const start = all.indexOf(`${head} {`);
  if (start < 0) throw new Error(`no ${head} in\n${ruleset}`);
  return all.slice(start + 1, all.indexOf("}", start));
}

test("a droplet that no firewall selects is open: it has no verdict", () => {
  const ruleset = renderRuleset(topologies["droplets without a firewall"]!);
  expect(block(ruleset, "map inbound")).toEqual(["type ifname : verdict"]);
  expect(block(ruleset, "map outbound")).toEqual(["type ifname : verdict"]);
});

test("a selected droplet is denied what no rule names, both ways, on both links", () => {
  const ruleset = renderRuleset(topology([droplet(10)], [firewall("a", { dropletIds: [10], inbound: [rule({ addresses: ["192.0.2.1"] })] })]));
  expect(block(ruleset, "chain in_0")).toEqual(["ip saddr { 192.0.2.1/32 } tcp dport 22 accept", "drop"]);
  expect(block(ruleset, "chain out_0")).toEqual(["drop"]);
  expect(block(ruleset, "map inbound")[1]).toBe('elements = { "pub-10" : goto in_0, "vpc-10" : goto in_0 }');
  expect(block(ruleset, "map outbound")[1]).toBe('elements = { "pub-10" : goto out_0, "vpc-10" : goto out_0 }');
});

test("several firewalls are a union, and droplets with the same ones share it", () => {
  const ssh = firewall("ssh", { tags: ["all"], inbound: [rule({ addresses: ["192.0.2.1"] })] });
  const web = firewall("web", { tags: ["web"], inbound: [rule({ ports: "443", addresses: ["0.0.0.0/0"] })] });
  const ruleset = renderRuleset(topology(
    [droplet(10, { tags: ["all", "web"] }), droplet(11, { tags: ["all"] }), droplet(12, { tags: ["web", "ALL"] })], [ssh, web]));
  expect(block(ruleset, "chain in_0")).toEqual(["ip saddr { 192.0.2.1/32 } tcp dport 22 accept", "tcp dport 443 accept", "drop"]);
  expect(block(ruleset, "chain in_1")).toEqual(["ip saddr { 192.0.2.1/32 } tcp dport 22 accept", "drop"]);
  expect(block(ruleset, "map inbound")[1]).toContain('"pub-12" : goto in_0');
  expect(ruleset).not.toContain("in_2");
});

test("a tag or a droplet as peer means both its addresses, and nobody if there is none", () => {
  const inbound = [rule({ tags: ["edge"] }), rule({ ports: "80", tags: ["nobody"] }), rule({ ports: "443", dropletIds: [11] })];
  const ruleset = renderRuleset(topology(
    [droplet(10, { tags: ["edge"] }), droplet(11, { publicAddress: undefined, tags: ["api"] })], [firewall("a", { tags: ["api"], inbound })]));
  expect(block(ruleset, "chain in_0")).toEqual([
    "ip saddr { 10.1.0.10/32, 198.18.0.10/32 } tcp dport 22 accept", "ip saddr { 10.1.0.11/32 } tcp dport 443 accept", "drop",
  ]);
});

test.each([
  [rule({ ports: "all" }), "meta l4proto tcp accept"],
  [rule({ ports: "0", protocol: "udp" }), "meta l4proto udp accept"],
  [rule({ ports: "8000-8100" }), "tcp dport 8000-8100 accept"],
  [rule({ ports: "", protocol: "icmp" }), "meta l4proto icmp accept"],
])("%j", (one, expected) => {
  const open = { ...one, addresses: ["0.0.0.0/0"] };
  const ruleset = renderRuleset(topology([droplet(10)], [firewall("a", { dropletIds: [10], outbound: [open] })]));
  expect(block(ruleset, "chain out_0")).toEqual([expected, "drop"]);
});

test("IPv6 sources match nothing: they must not open a rule to everyone", () => {
  const ruleset = renderRuleset(topology([droplet(10)], [firewall("a", { dropletIds: [10], inbound: [rule({ addresses: ["::/0"] })] })]));
  expect(block(ruleset, "chain in_0")).toEqual(["drop"]);
});

test("a VPC has internet access only through a default NAT gateway", () => {
  const wayOut = (ruleset: string): string[] => block(ruleset, "chain routes").filter((line) => line.startsWith("ip saddr 10.1.0.0/16 oifname"));
  expect(wayOut(renderRuleset(topology([droplet(10)])))).toEqual([]);
  const full = topologies["every kind of rule and peer"]!;
  expect(wayOut(renderRuleset(full))).toHaveLength(1);
  const gateway = full.natGateways.g!;
  const other = { ...full, natGateways: { g: { ...gateway, vpcs: [{ ...gateway.vpcs[0]!, defaultGateway: false }] } } };
  expect(wayOut(renderRuleset(other))).toEqual([]);
});

test("only an assigned reserved address is routed", () => {
  const ruleset = renderRuleset(topologies["every kind of rule and peer"]!);
  expect(block(ruleset, "map reserved")[1]).toBe("elements = { 198.18.0.200 : 198.18.0.10 }");
});

test("each link sends only from its own address", () => {
  const ruleset = renderRuleset(topology([droplet(10), droplet(11, { publicAddress: undefined })]));
  expect(block(ruleset, "set links")[1]).toBe('elements = { "pub-10" . 198.18.0.10, "vpc-10" . 10.1.0.10, "vpc-11" . 10.1.0.11 }');
});
