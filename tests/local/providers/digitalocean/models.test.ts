import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { digitalocean } from "../../../../local/providers/digitalocean";
import { fingerprint } from "../../../../local/providers/digitalocean/access";
import { type Context, ResourceModel, UNKNOWN, type Properties } from "../../../../local/providers/resource";

const model = (type: string): ResourceModel => digitalocean.resources[`digitalocean:index/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`]!;
const faults = (type: string, inputs: Properties): string[] => (model(type).check?.(inputs) ?? []).map((fault) => fault.property);

const context: Context = { urn: "urn", log: () => undefined, signal: new AbortController().signal };

const open = { protocol: "tcp", portRange: "443", sourceAddresses: ["0.0.0.0/0"] };
const droplet = { name: "api-0", image: "debian-13-x64", size: "s-1vcpu-1gb", region: "fra1" };
const record = { domain: "ringo.test", type: "A", name: "api", value: "192.0.2.1" };

/** What DigitalOcean refuses, by the property it names. */
test.each<[string, Properties, string[]]>([
  ["Droplet", droplet, []],
  ["Droplet", { ...droplet, size: "s-huge" }, ["size"]],
  ["Droplet", { ...droplet, region: "mars1" }, ["region"]],
  ["Droplet", { ...droplet, name: "under_score" }, ["name"]],
  ["Droplet", { ...droplet, name: "ends-with-" }, ["name"]],
  ["Droplet", { ...droplet, tags: ["a:b-c_d", "no spaces"] }, ["tags"]],
  ["Droplet", { ...droplet, userData: "x".repeat(64 * 1024) }, []],
  ["Droplet", { ...droplet, userData: "ü".repeat(32 * 1024 + 1) }, ["userData"]],
  ["Droplet", { ...droplet, ipv6: true }, ["ipv6"]],
  ["Droplet", { ...droplet, backupPolicy: { plan: "daily" } }, ["backupPolicy"]],
  ["Droplet", { ...droplet, size: UNKNOWN, tags: [UNKNOWN], userData: UNKNOWN, vpcUuid: UNKNOWN }, []],
  ["Firewall", { name: "edge", inboundRules: [open] }, []],
  ["Firewall", { name: "-edge", inboundRules: [open] }, ["name"]],
  ["Firewall", { name: "edge" }, ["inboundRules"]],
  ["Firewall", { name: "edge", tags: ["a", "b", "c", "d", "e", "f"], inboundRules: [open] }, ["tags"]],
  ["Firewall", { name: "edge", dropletIds: Array.from({ length: 11 }, (_, i) => i), inboundRules: [open] }, ["dropletIds"]],
  ["Firewall", { name: "edge", inboundRules: [{ ...open, portRange: undefined }] }, ["inboundRules[0].portRange"]],
  ["Firewall", { name: "edge", inboundRules: [{ ...open, portRange: "9000-8000" }] }, ["inboundRules[0].portRange"]],
  ["Firewall", { name: "edge", inboundRules: [{ ...open, portRange: "65536" }] }, ["inboundRules[0].portRange"]],
  ["Firewall", { name: "edge", inboundRules: [{ ...open, sourceAddresses: ["10.0.0.0/33"] }] }, ["inboundRules[0].sourceAddresses"]],
  ["Firewall", { name: "edge", inboundRules: [{ ...open, sourceAddresses: [] }] }, ["inboundRules[0].sourceAddresses"]],
  ["Firewall", { name: "edge", outboundRules: [{ protocol: "gre", portRange: "1", destinationAddresses: ["::/0"] }] }, ["outboundRules[0].protocol"]],
  ["Firewall", { name: "edge", inboundRules: [{ ...open, sourceLoadBalancerUids: ["x"] }] }, ["inboundRules[0].sourceLoadBalancerUids"]],
  ["Firewall", { name: "edge", inboundRules: [{ protocol: "icmp", sourceTags: UNKNOWN }, UNKNOWN] }, []],
  ["Firewall", { name: "edge", inboundRules: UNKNOWN }, []],
  ["Vpc", { name: "a-b.c", region: "fra1", ipRange: "10.10.16.0/20" }, []],
  ["Vpc", { name: "a_b", region: "fra1" }, ["name"]],
  ["Vpc", { name: "a", region: "fra1", ipRange: "10.0.0.0/8" }, ["ipRange"]],
  ["Vpc", { name: "a", region: "fra1", ipRange: "10.10.0.5/24" }, ["ipRange"]],
  ["Vpc", { name: "a", region: "fra1", ipRange: "203.0.113.0/24" }, ["ipRange"]],
  ["VpcNatGateway", { name: "a", region: "fra1", type: "PRIVATE", size: 1, vpcs: [] }, ["type", "vpcs"]],
  ["ReservedIp", { region: "fra1", ipAddress: "192.0.2.1" }, ["ipAddress"]],
  ["Volume", { name: "data", region: "fra1", size: 10, initialFilesystemType: "ext4" }, []],
  ["Volume", { name: "Data", region: "fra1", size: 0, initialFilesystemType: "btrfs" }, ["initialFilesystemType", "name", "size"]],
  ["Volume", { name: "data", region: "fra1", size: 1, filesystemType: "ext4", initialFilesystemType: "ext4" }, ["filesystemType"]],
  ["Tag", { name: "role:api" }, []],
  ["Tag", { name: "role api" }, ["name"]],
  ["SshKey", { name: "key", publicKey: "ssh-rsa AAAA" }, ["publicKey"]],
  ["Domain", { name: "ringo.test" }, []],
  ["Domain", { name: "ringo" }, ["name"]],
  ["DnsRecord", record, []],
  ["DnsRecord", { ...record, type: "PTR" }, ["type"]],
  ["DnsRecord", { ...record, type: "MX" }, ["priority"]],
  ["DnsRecord", { ...record, type: "SRV", priority: 70000 }, ["priority", "weight", "port"]],
  ["Project", { name: "p", environment: "PRODUCTION" }, []],
  ["Project", { name: "p", environment: "test" }, ["environment"]],
  ["MonitorAlert", { type: "v1/insights/droplet/cpu", compare: "Above", window: "5m", value: -1 }, ["compare", "value"]],
  ["UptimeCheck", { target: "https://x", type: "gopher", regions: ["moon"] }, ["type", "regions"]],
  ["UptimeAlert", { type: "down", period: "4m" }, ["period"]],
])("%s %j is refused for %j", (type, inputs, expected) => {
  expect(faults(type, inputs).sort()).toEqual([...expected].sort());
});

test("every type of the schema has a model; types that the local cloud lacks are refused by name", () => {
  expect(Object.keys(digitalocean.resources).sort()).toEqual(Object.keys(digitalocean.schema.resources).sort());
  expect(() => model("LoadBalancer").check!({})).toThrow("the local cloud does not have LoadBalancer");
});

test("missing names are generated, and kept", () => {
  const urn = "urn:pulumi:s::p::digitalocean:index/volume:Volume::Data";
  const { name } = model("Volume").normalize!({}, undefined, urn);
  expect(name).toMatch(/^data-[0-9a-f]{7}$/);
  expect(model("Volume").normalize!({}, { name }, urn).name).toBe(name);
  expect(model("Droplet").normalize!({ name: "mine" }, undefined, urn).name).toBe("mine");
});

test.each(["Droplet", "Vpc", "VpcNatGateway", "Volume", "Tag", "SshKey", "DnsRecord"])("a %s with a name from the program is deleted before its replacement is created, as with the official provider", (type) => {
  const urn = `urn:pulumi:s::p::digitalocean:index/x:${type}::Data`;
  const goesFirst = (inputs: Properties): boolean => model(type).deleteBeforeReplace!(model(type).normalize!(inputs, undefined, urn), urn);
  expect([goesFirst({ name: "data" }), goesFirst({ name: "ringo-local-data" }), goesFirst({ name: UNKNOWN }), goesFirst({})]).toEqual([true, true, true, false]);
});

test.each([
  ["Droplet", "1"], ["Volume", "gone"], ["Vpc", "gone"], ["VpcNatGateway", "gone"], ["ReservedIp", "192.0.2.1"], ["Tag", "gone"], ["SshKey", "1"], ["UptimeCheck", "gone"], ["MonitorAlert", "gone"],
])("a %s that no longer exists cannot be deleted before a refresh, as with the official provider", async (type, id) => {
  await expect(model(type).delete(id, {}, context)).rejects.toThrow(/^Error deleting .*there is no/);
});

test("the order of a set and empty properties make no difference; anything else does", () => {
  const rules = (...list: Properties[]): Properties => ({ inboundRules: list });
  const ssh = { protocol: "tcp", portRange: "22", sourceTags: ["a", "b"], sourceAddresses: [] };
  const ping = { protocol: "icmp", sourceAddresses: ["192.0.2.1"] };
  const same = (a: Properties, b: Properties): boolean => model("Firewall").same!("inboundRules", a, b);
  expect(same(rules(ssh, ping), rules({ ...ping, portRange: "0" }, { protocol: "tcp", portRange: "22", sourceTags: ["b", "a"] }))).toBe(true);
  expect(same(rules(ssh, ping), rules(ssh))).toBe(false);
  expect(same(rules(ssh), rules({ ...ssh, portRange: "23" }))).toBe(false);
  expect(same(rules(ssh), { inboundRules: UNKNOWN })).toBe(false);
  expect(same(rules(ssh), rules({ ...ssh, sourceTags: [UNKNOWN] }))).toBe(false);
  expect(same(rules({ ...ssh, portRange: "0" }), rules({ ...ssh, portRange: "all" }))).toBe(true);
  expect(model("Droplet").same!("tags", { tags: ["a", "b"] }, { tags: ["b", "a"] })).toBe(true);
  expect(model("Droplet").same!("tags", { tags: ["a"] }, {})).toBe(false);
  expect(model("Droplet").same!("size", { size: "a" }, { size: "b" })).toBe(false);
});

test("a volume that would shrink is refused when it is planned", () => {
  const refusal = (from: number, to: number | symbol) => model("Volume").refuses!({ size: from }, { size: to });
  expect([refusal(6, 7), refusal(6, 6), refusal(6, UNKNOWN)]).toEqual([undefined, undefined, undefined]);
  expect(refusal(6, 5)).toMatch("can only be expanded");
});

test("a gateway's computed address in a VPC makes no difference, another VPC does", () => {
  const same = (news: Properties): boolean => model("VpcNatGateway").same!("vpcs", { vpcs: [{ vpcUuid: "a", defaultGateway: true, gatewayIp: "10.0.0.2" }] }, news);
  expect(same({ vpcs: [{ vpcUuid: "a", defaultGateway: true }] })).toBe(true);
  expect(same({ vpcs: [{ vpcUuid: "b", defaultGateway: true }] })).toBe(false);
  expect(same({ vpcs: [{ vpcUuid: "a" }] })).toBe(false);
  expect(same({ vpcs: [{ vpcUuid: UNKNOWN, defaultGateway: true }] })).toBe(false);
});

test("user data is stored as its SHA-1, and a refreshed digest equals its text", () => {
  const digest = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12";
  const text = "The quick brown fox jumps over the lazy dog";
  expect(model("Droplet").plan!({ size: "s-1vcpu-2gb", userData: text })).toMatchObject({ userData: digest, memory: 2048, vcpus: 1 });
  const same = (old: unknown, fresh: unknown): boolean => model("Droplet").same!("userData", { userData: old }, { userData: fresh });
  expect(same(digest, text)).toBe(true);
  expect(same(text, digest)).toBe(true);
  expect(same(digest, `${text}.`)).toBe(false);
  expect(same(undefined, text)).toBe(false);
});

test("a key's fingerprint is the MD5 that ssh-keygen prints", () => {
  const { publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const field = (data: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, data.length]), data]);
  const body = Buffer.concat([field(Buffer.from("ssh-ed25519")), field(raw)]).toString("base64");
  const printed = execFileSync("ssh-keygen", ["-l", "-E", "md5", "-f", "-"], { input: `ssh-ed25519 ${body} x\n`, encoding: "utf8" });
  expect(printed).toContain(`MD5:${fingerprint(`ssh-ed25519 ${body} comment`)} `);
  expect(model("SshKey").same!("publicKey", { publicKey: "a b\n" }, { publicKey: "a b" })).toBe(true);
});

test("a record's name with and without its domain is the same name", () => {
  const same = (property: string, old: string, fresh: string, type = "CNAME"): boolean =>
    model("DnsRecord").same!(property, { [property]: old }, { [property]: fresh, domain: "ringo.test", type });
  expect(same("name", "api", "api.ringo.test.")).toBe(true);
  expect(same("name", "@", "ringo.test.")).toBe(true);
  expect(same("name", "api", "www")).toBe(false);
  expect(same("value", "api.ringo.test.", "api")).toBe(true);
  expect(same("value", "@", "ringo.test.", "TXT")).toBe(false);
});
