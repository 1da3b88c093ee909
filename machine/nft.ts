/** Rules of the firewall on a machine, in nft's words: `base/nftables.ts` has the ruleset, and concerns add theirs. */
import { isIPv4, isIPv6 } from "node:net";
import type { Fragment } from "./state";

/** A port of a rule. */
export interface Port {
  /** Shown as a comment in the ruleset. */
  name: string;
  port: number;
  /** @default "tcp" */
  protocol?: "tcp" | "udp";
}

/** CIDRs or addresses, IPv4 or IPv6, or any. */
export type Peers = string[] | "any";

/** The ruleset. */
export const rulesPath = "/etc/nftables.conf";
/** Directory of the rules that concerns add, one file each; the ruleset includes them. */
export const rulesDirectory = "/etc/ringo/nftables";
/** Loads all rules in one transaction. */
const load = `nft --file ${rulesPath}`;

/** Network interfaces of Docker's networks. */
export const containerLinks = '{ "docker0", "br-*" }';

/**
 * Packets of TCP connections that began before the firewall; they cannot open one. Linux tracks no connection until a rule asks for its
 * state, so the first ruleset would cut off the connection that delivered it, or that goes through the bastion, until the other end sends
 * something, which a listening end never does.
 */
export const underWay = "tcp flags & (syn | ack) == ack";

/**
 * Adds a concern's rules to the end of one of the firewall's chains; `containers` is for connections of the machine's own programs to its
 * containers. The rules' users exist by then, since packages come before files.
 */
export function addedRules(chain: "input" | "output" | "containers" | "forward", concern: string, rules: string[]): Fragment {
  const path = `${rulesDirectory}/${chain}-${concern}.nft`;
  return {
    directories: [{ path: rulesDirectory, mode: "0700" }],
    files: [{ path, content: rules.map((rule) => `${rule}\n`).join(""), whenGone: load }],
    steps: [{ name: `ways ${chain === "input" ? "in" : "out"}: ${concern}`, when: "after-files", onChange: [path], command: load }],
  };
}

/**
 * Rules that accept connections from (`saddr`) or to (`daddr`) these peers on one port.
 * @throws Error if a peer is neither a CIDR nor an address, the port is out of range, or nft could not quote the name
 */
export function acceptRules({ name, port, protocol = "tcp" }: Port, side: "saddr" | "daddr", peers: Peers): string[] {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`${name}: ${port} is not a port`);
  if (!/^[\w .-]+$/.test(name)) throw new Error(`"${name}" is not a valid name for a rule`);
  const accept = `${protocol} dport ${port} accept comment "${name}"`;
  return peers === "any" ? [accept] : peers.map((cidr) => `${peer(cidr, side)} ${accept}`);
}

/** An nft expression that matches an address or range. @throws Error if it is neither */
export function peer(cidr: string, side: "saddr" | "daddr"): string {
  const [address, bits, ...rest] = cidr.split("/");
  // nft does not read the spelling of IPv6 that ends in a dotted IPv4 address.
  const family = isIPv4(address) ? "ip" : isIPv6(address) && !address.includes(".") ? "ip6" : undefined;
  const widest = family === "ip" ? 32 : 128;
  const prefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
  if (family === undefined || !prefix || rest.length > 0) throw new Error(`"${cidr}" is neither a CIDR nor an address`);
  return `${family} ${side} ${cidr}`;
}
