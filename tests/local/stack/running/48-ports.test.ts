import { fabricNamespace, internet } from "../../../../local/cloud/names";
import { deploy, plain } from "../../../components/program";
import { answering, answeringOn, ask, everywhere, namespaceOf } from "../inside";
import { arrive, each, leave, stranger } from "../outside";
import { run, type Machine, type Output } from "../support";

/** All 65,535 ports of TCP and of UDP, as the rules of the program's own firewalls name them: no port is typed here. */
interface Rule {
  protocol: string;
  portRange: string;
  sourceTags?: string[];
  sourceAddresses?: string[];
  destinationTags?: string[];
  destinationAddresses?: string[];
}

let stack: Output;
const declared: Record<string, { inbound: Rule[]; outbound: Rule[] }> = {};
const anybody = "0.0.0.0/0";

beforeAll(async () => {
  ({ stack } = await arrive());
  for (const { type, name, inputs } of (await deploy()).resources) {
    if (type !== "digitalocean:index/firewall:Firewall") continue;
    declared[name.replace("network-firewall-", "")] = { inbound: plain(inputs.inboundRules), outbound: plain(inputs.outboundRules) };
  }
}, 60_000);
afterAll(leave);

const open = (rules: Rule[]): string[] => rules.filter(({ protocol }) => protocol === "tcp").map(({ portRange }) => Number(portRange)).sort((a, b) => a - b).map((port) => `${port} open`);
const from = (role: string, to: string): Rule[] =>
  declared[to]!.inbound.filter(({ sourceTags = [], sourceAddresses = [] }) => sourceTags.some((tag) => tag.endsWith(`-${role}`)) || sourceAddresses.includes(anybody));
const fromAddress = (address: string, to: string): Rule[] =>
  declared[to]!.inbound.filter(({ sourceAddresses = [] }) => sourceAddresses.some((cidr) => [anybody, `${address}/32`].includes(cidr)));
/** What the sender's rules let out, too. */
const between = (role: string, to: string): string[] => {
  const out = declared[role]!.outbound.filter(({ destinationTags = [], destinationAddresses = [] }) => destinationTags.some((tag) => tag.endsWith(`-${to}`)) || destinationAddresses.includes(anybody));
  return open(from(role, to).filter(({ portRange }) => out.some((rule) => rule.protocol === "tcp" && rule.portRange === portRange)));
};

const edge = (): Machine => stack.machines.find(({ role }) => role === "edge")!;

test("from the internet, the edge answers strangers and operators on the ports declared for each, and on no others", async () => {
  const scan = async (expected: Record<string, string[]>, from?: string) => expect(await answeringOn(expected, { from })).toEqual(expected);
  await scan({ [stack.publicAddress]: open(fromAddress("a stranger", "edge")) }, stranger());
  expect(open(fromAddress(internet, "edge"))).toEqual(["22 open", "80 open", "443 open"]);
  await scan({ [stack.publicAddress]: open(fromAddress(internet, "edge")) });
  // Its own public address is behind the reserved one.
  await scan({ [edge().publicAddress!]: open(fromAddress("a stranger", "edge")) }, stranger());
}, 60_000);

test("from the internet, no private address answers, even if packets are routed there", async () => {
  const addresses = stack.machines.map(({ privateAddress }) => privateAddress);
  // The route keeps these packets on the local cloud's own link; without it they would leave this host.
  for (const address of addresses) await run("ip", ["route", "add", `${address}/32`, "via", "198.18.0.1", "dev", "ringo-host", "onlink"]);
  try {
    expect(await answering(addresses)).toEqual(Object.fromEntries(addresses.map((address) => [address, []])));
  } finally {
    for (const address of addresses) await run("ip", ["route", "delete", `${address}/32`]);
  }
}, 60_000);

test("each machine answers each neighbour on the ports declared for the two, and on no others", async () => {
  const othersOf = (sender: Machine): Machine[] => stack.machines.filter(({ name }) => name !== sender.name);
  const expectedOf = (sender: Machine) => Object.fromEntries(othersOf(sender).map(({ role, privateAddress }) => [privateAddress, between(sender.role, role)]));
  const expected = stack.machines.map(expectedOf);
  const found = await each(stack.machines, (sender) => answeringOn(expectedOf(sender), { namespace: namespaceOf(sender) }), 2);
  const bySender = <T>(all: T[]): [string, T][] => all.map((one, i) => [stack.machines[i]!.name, one]);
  expect(bySender(found)).toEqual(bySender(expected));
}, 400_000);

test("without the cloud's firewall, each machine's own allows the ports declared for any neighbour, and no others", async () => {
  // From the cloud's end of each machine's link, past all of the cloud's rules; what is the monitor's alone is open to its address only.
  const roles = Object.keys(declared).filter((role) => role !== "monitor");
  const expected = Object.fromEntries(stack.machines.map(({ role, privateAddress }) =>
    [privateAddress, open(declared[role]!.inbound.filter((rule) => roles.some((sender) => from(sender, role).includes(rule))))]));
  expect(await answeringOn(expected, { namespace: fabricNamespace })).toEqual(expected);
}, 60_000);

test("over UDP nothing answers the internet or a neighbour, and each machine's own firewall allows nothing", async () => {
  const addresses = stack.machines.map(({ privateAddress }) => privateAddress);
  for (const { inbound } of Object.values(declared)) expect(inbound.filter(({ protocol }) => protocol !== "tcp")).toEqual([]);
  const nobody = (asked: string[]) => Object.fromEntries(asked.map((address) => [address, []]));
  // One port that the edge's own firewall lets through shows that a scan finds one, and that the cloud's is before it.
  await ask("edge", "nft insert rule inet ringo input udp dport 40000 accept");
  try {
    const expected = { ...nobody(addresses), [edge().privateAddress]: ["40000 closed"] };
    expect(await answeringOn(expected, { protocol: "udp", namespace: fabricNamespace })).toEqual(expected);
    for (const from of [stranger(), internet]) expect(await answering([stack.publicAddress], { protocol: "udp", from })).toEqual(nobody([stack.publicAddress]));
  } finally {
    await ask("edge", "nft --file /etc/nftables.conf");
  }
  const [sender, ...others] = stack.machines;
  const neighbours = others.map(({ privateAddress }) => privateAddress);
  expect(await answering(neighbours, { protocol: "udp", namespace: namespaceOf(sender!) })).toEqual(nobody(neighbours));
}, 120_000);

test("beyond loopback only what is declared listens", async () => {
  const listening = await everywhere(stack, "ss --no-header --listening --tcp --udp --numeric | awk '{ print $1, $5 }'");
  for (const { name, role } of stack.machines) {
    const ports = listening[name]!.split("\n").filter((line) => !/ (127\.|\[::1\])/.test(line)).map((line) => line.replace(/ .*:/, " "));
    const ours = declared[role]!.inbound.map(({ protocol, portRange }) => `${protocol} ${portRange}`);
    expect([name, [...new Set(ports)].sort()]).toEqual([name, [...new Set(ours)].sort()]);
  }
});
