/**
 * The ways out of a machine, each named by the concern that needs it and for the users that need it. The firewall
 * (`nftables.ts`) drops all others, so what takes over one program reaches what that program reaches, and no more.
 */
import { isIPv4, isIPv6 } from "node:net";
import type { Fragment } from "./state";

/** One port. */
export interface Port {
  /** For the reader of the ruleset. */
  name: string;
  port: number;
  /** @default "tcp" */
  protocol?: "tcp" | "udp";
}

/** CIDRs or addresses, v4 or v6, or everybody. */
export type Peers = string[] | "any";

/** Where connections may be opened to. */
export interface Destination extends Port {
  to: Peers;
  /** Only processes of these users, who must exist. @default everybody's */
  users?: string[];
}

/** The whole ruleset, and the directory from which it reads what concerns add, a file each. */
export const rulesPath = "/etc/nftables.conf";
export const rulesDirectory = "/etc/ringo/nftables";
/** In one transaction, or not at all. */
const load = `nft --file ${rulesPath}`;

/** Links of containers' networks. */
export const containerLinks = '{ "docker0", "br-*" }';

/** Lets programs of the machine itself out. */
export const mayReach = (concern: string, destinations: Destination[]): Fragment =>
  addedRules("output", concern, destinations.flatMap((destination) => {
    const { users } = destination;
    if (users?.some((user) => !/^[a-z_][a-z0-9_-]*$/.test(user))) throw new Error(`${destination.name}: not users' names: ${users.join(", ")}`);
    const owner = users === undefined ? "" : `meta skuid { ${users.map((user) => `"${user}"`).join(", ")} } `;
    return acceptRules(destination, "daddr", destination.to).map((rule) => owner + rule);
  }));

/**
 * Packets of TCP connections that the firewall has not seen begin: they open none. Where no rule has ever asked for a connection's
 * state, Linux keeps none, and the first ruleset would cut off the very connection that it came by, or that goes through the bastion, until
 * the other end says something: which who only listens never does.
 */
export const underWay = "tcp flags & (syn | ack) == ack";

/** Rules of a concern, at the end of one of the firewall's chains. Its users exist by now: packages come before files. */
export function addedRules(chain: "input" | "output" | "forward", concern: string, rules: string[]): Fragment {
  const path = `${rulesDirectory}/${chain}-${concern}.nft`;
  return {
    directories: [{ path: rulesDirectory, mode: "0700" }],
    files: [{ path, content: rules.map((rule) => `${rule}\n`).join(""), whenGone: load }],
    steps: [{ name: `ways ${chain === "input" ? "in" : "out"}: ${concern}`, when: "after-files", onChange: [path], command: load }],
  };
}

/**
 * What accepts connections from (`saddr`) or to (`daddr`) these peers on one port.
 * @throws on a peer that is neither a CIDR nor an address, a port out of range, and a name that nft could not quote.
 */
export function acceptRules({ name, port, protocol = "tcp" }: Port, side: "saddr" | "daddr", peers: Peers): string[] {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`${name}: ${port} is not a port`);
  if (!/^[\w .-]+$/.test(name)) throw new Error(`"${name}" is not a name for a rule`);
  const accept = `${protocol} dport ${port} accept comment "${name}"`;
  return peers === "any" ? [accept] : peers.map((cidr) => `${peer(cidr, side)} ${accept}`);
}

/** The port that an `https` URL leads to. */
export const portOf = (url: string): number => Number(new URL(url).port || 443);

/** An address or range, as nft matches it. */
export function peer(cidr: string, side: "saddr" | "daddr"): string {
  const [address, bits, ...rest] = cidr.split("/");
  // nft does not read the spelling of IPv6 that ends in a dotted IPv4 address.
  const family = isIPv4(address) ? "ip" : isIPv6(address) && !address.includes(".") ? "ip6" : undefined;
  const widest = family === "ip" ? 32 : 128;
  const prefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
  if (family === undefined || !prefix || rest.length > 0) throw new Error(`"${cidr}" is neither a CIDR nor an address`);
  return `${family} ${side} ${cidr}`;
}
