import { BlockList, isIP } from "node:net";

/** An address range as written: `10.20.0.0/20`, `2001:db8::/48`. */
export interface Cidr {
  address: string;
  prefix: number;
  family: "ipv4" | "ipv6";
}

/** The range that a text names, or undefined when it names none. IPv6 that ends in a dotted IPv4 address is none: nft does not read it. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([0-9a-fA-F:.]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  if (!match) return undefined;
  const version = isIP(match[1]);
  const prefix = Number(match[2]);
  if (version === 0 || (version === 6 && match[1].includes(".")) || prefix > (version === 4 ? 32 : 128)) return undefined;
  return { address: match[1], prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

/** Whether `outer` holds all of `inner`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const block = new BlockList();
  block.addSubnet(outer.address, outer.prefix, outer.family);
  return block.check(inner.address, inner.family);
}

/** Whether the two share an address: of two ranges that do, one holds the other. */
export const overlaps = (a: Cidr, b: Cidr): boolean => (a.prefix <= b.prefix ? contains(a, b) : contains(b, a));

/** An IPv4 address as a number, and back. */
export const toNumber = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
export const toAddress = (number: number): string => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");

/** Number of addresses of an IPv4 range. */
export const addressesIn = (cidr: Cidr): number => 2 ** (32 - cidr.prefix);

/** The IPv4 range with its host bits cleared: `10.20.0.9/20` is `10.20.0.0/20`. */
export function networkOf(cidr: Cidr): string {
  const address = toNumber(cidr.address);
  return `${toAddress(address - (address % addressesIn(cidr)))}/${cidr.prefix}`;
}

const ranges = (...texts: string[]): Cidr[] => texts.map((text) => parseCidr(text)!);

/** RFC 1918. */
export const privateRanges = ranges("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");

/** What DigitalOcean keeps for itself in every region: a VPC over one of these is refused. */
export const reservedRanges = ranges("10.229.0.0/16", "10.244.0.0/16", "10.245.0.0/16", "10.246.0.0/24");

/** Addresses of examples (RFC 5737, RFC 3849): in a config, a placeholder that nobody replaced. */
export const documentationRanges = ranges("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32");

/** Where nobody comes from over the internet: RFC 6890, and of IPv6 all but global unicast. */
export const neverSources = [
  ...privateRanges,
  ...ranges("0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/3", "4000::/2", "8000::/1"),
];
