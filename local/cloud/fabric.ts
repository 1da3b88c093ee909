import * as fs from "node:fs";
import {
  dropletNamespace, fabricNamespace, fabricTable, hostLink, hostTable, internet, metadataAddress, privateLink, publicGateway,
  publicLink, publicRange, uplink,
} from "./names";
import { gatewayOf } from "./addresses";
import { renderRuleset } from "./firewall";
import { attempt, run } from "./run";
import { change, type CloudState, type Droplet } from "./state";

const inNamespace = (name: string, ...command: string[]): string[] => [`--net=/run/netns/${name}`, ...command];

/** Settings of the host that the cloud raises; their former values are stored in a comment on the host's table. */
const hostSettings: Record<string, string> = {
  "net/ipv4/ip_forward": "1",
  // 128 run out at about 16 machines with Docker.
  "fs/inotify/max_user_instances": "8192",
};

const readSetting = (name: string): string => fs.readFileSync(`/proc/sys/${name}`, "utf8").trim();
const writeSetting = (name: string, value: string): void => fs.writeFileSync(`/proc/sys/${name}`, value);

/** Brings up the fabric's namespace, its link to the host and the host's masquerading. Idempotent. */
export async function ensureFabric(): Promise<void> {
  if (!fs.existsSync(`/run/netns/${fabricNamespace}`)) await run("ip", ["netns", "add", fabricNamespace]);
  // Inherited by new links: answer for every address that has a route.
  await run("nsenter", inNamespace(fabricNamespace, "sysctl", "--quiet", "--write",
    "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0",
    "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.default.send_redirects=0",
    "net.ipv4.conf.default.proxy_arp=1"));
  if (!(await listLinks()).has(uplink)) {
    // The host's end of a lost fabric disappears some time after it.
    await attempt("ip", ["link", "delete", hostLink]);
    await run("ip", ["link", "add", hostLink, "type", "veth", "peer", "name", uplink, "netns", fabricNamespace]);
  }
  await run("ip", ["-n", fabricNamespace, "-batch", "-"], [
    "link set lo up",
    `addr replace ${metadataAddress}/32 dev lo`,
    `addr replace ${publicGateway} peer ${internet} dev ${uplink}`,
    `link set ${uplink} up`,
    `route replace default via ${internet} dev ${uplink}`,
    "",
  ].join("\n"));
  await run("ip", ["-batch", "-"], [
    `addr replace ${internet} peer ${publicGateway} dev ${hostLink}`,
    `link set ${hostLink} up`,
    `route replace ${publicRange} via ${publicGateway} dev ${hostLink} src ${internet}`,
    "",
  ].join("\n"));
  await ensureHost();
}

async function ensureHost(): Promise<void> {
  const former = await formerSettings();
  if (former === undefined) {
    const settings = Object.keys(hostSettings).map((name) => `${name}=${readSetting(name)}`).join(" ");
    await run("nft", ["-f", "-"], [
      `table ip ${hostTable} {`,
      `  comment "before: ${settings}"`,
      "  chain way_out {",
      "    type nat hook postrouting priority srcnat; policy accept;",
      `    ip saddr ${publicRange} oifname != "${hostLink}" masquerade`,
      "  }",
      "}",
      "",
    ].join("\n"));
  }
  for (const [name, value] of Object.entries(hostSettings)) {
    if (Number(readSetting(name)) < Number(value)) writeSetting(name, value);
  }
}

/** The host's settings before the cloud was created; undefined if there is none. */
async function formerSettings(): Promise<[name: string, value: string][] | undefined> {
  const table = await attempt("nft", ["list", "table", "ip", hostTable]);
  const comment = table && /comment "before: ([^"]*)"/.exec(table)?.[1];
  return comment === undefined ? undefined : comment.split(" ").map((pair) => pair.split("=") as [string, string]);
}

/** Removes the fabric and restores the host's settings; does nothing if there is none. */
export async function removeFabric(): Promise<void> {
  for (const [name, value] of (await formerSettings()) ?? []) writeSetting(name, value);
  await attempt("nft", ["delete", "table", "ip", hostTable]);
  await attempt("ip", ["link", "delete", hostLink]);
  if (fs.existsSync(`/run/netns/${fabricNamespace}`)) await run("ip", ["netns", "delete", fabricNamespace]);
}

/** Sets the fabric's filters and routes from the state, in one transaction. */
export async function applyRules(state: CloudState): Promise<void> {
  await run("nsenter", inNamespace(fabricNamespace, "nft", "-f", "-"), renderRuleset(state));
}

/** Changes the state and, with it, the fabric's filters. */
export function changeNetwork<T>(edit: (state: CloudState) => T | Promise<T>): Promise<T> {
  return change(async (state) => {
    const result = await edit(state);
    await applyRules(state);
    return result;
  });
}

/** The fabric's table in the kernel. */
export const listRules = (): Promise<string> =>
  run("nsenter", inNamespace(fabricNamespace, "nft", "list", "table", "inet", fabricTable));

/** Names of all links in the fabric. */
export async function listLinks(): Promise<Set<string>> {
  const links: { ifname: string }[] = JSON.parse(await run("ip", ["-n", fabricNamespace, "-json", "link"]));
  return new Set(links.map((link) => link.ifname));
}

/**
 * Connects a droplet: `eth0` to the public network if it has an address there, `eth1` to its VPC. Addresses are set
 * from outside, so a reboot keeps them and the machine needs no DHCP. A running machine is reconnected.
 */
export async function connect(droplet: Droplet, ipRange: string): Promise<void> {
  const namespace = dropletNamespace(droplet.id);
  await removeLinks(droplet.id);
  if (!fs.existsSync(`/run/netns/${namespace}`)) await run("ip", ["netns", "add", namespace]);
  const gateway = gatewayOf(ipRange);
  const outside = [
    `link add ${privateLink(droplet.id)} type veth peer name eth1 netns ${namespace}`,
    `addr add ${gateway}/32 dev ${privateLink(droplet.id)}`,
    `link set ${privateLink(droplet.id)} up`,
    `route add ${droplet.privateAddress}/32 dev ${privateLink(droplet.id)}`,
  ];
  const inside = [
    "link set lo up",
    `addr add ${droplet.privateAddress}/${ipRange.split("/")[1]} dev eth1`,
    "link set eth1 up",
  ];
  if (droplet.publicAddress === undefined) {
    inside.push(`route add default via ${gateway}`);
  } else {
    outside.push(
      `link add ${publicLink(droplet.id)} type veth peer name eth0 netns ${namespace}`,
      `addr add ${publicGateway}/32 dev ${publicLink(droplet.id)}`,
      `link set ${publicLink(droplet.id)} up`,
      `route add ${droplet.publicAddress}/32 dev ${publicLink(droplet.id)}`,
    );
    inside.push(
      `addr add ${droplet.publicAddress}/${publicRange.split("/")[1]} dev eth0`,
      "link set eth0 up",
      `route add default via ${publicGateway}`,
    );
  }
  await run("ip", ["-n", fabricNamespace, "-batch", "-"], `${outside.join("\n")}\n`);
  // Otherwise the answer for a neighbour takes up to 0.8 s; the namespace has no default for it.
  const links = droplet.publicAddress === undefined ? [privateLink(droplet.id)] : [privateLink(droplet.id), publicLink(droplet.id)];
  await run("nsenter", inNamespace(fabricNamespace, "sysctl", "--quiet", "--write",
    ...links.map((link) => `net.ipv4.neigh.${link}.proxy_delay=0`)));
  await run("ip", ["-n", namespace, "-batch", "-"], `${inside.join("\n")}\n`);
}

async function removeLinks(id: number): Promise<void> {
  const present = await listLinks();
  const links = [publicLink(id), privateLink(id)].filter((link) => present.has(link));
  if (links.length === 0) return;
  await run("ip", ["-n", fabricNamespace, "-batch", "-"], links.map((link) => `link delete ${link}\n`).join(""));
}

/** Removes a droplet's links and namespace; the machine must be off. */
export async function disconnect(id: number): Promise<void> {
  await removeLinks(id);
  if (fs.existsSync(`/run/netns/${dropletNamespace(id)}`)) await run("ip", ["netns", "delete", dropletNamespace(id)]);
}
