import { addressesIn, contains, networkOf, overlaps, parseCidr, reservedRanges, toAddress, toNumber } from "../../config/cidr";
import { unprocessable } from "./errors";

/** The lowest address from `first` to `last` that is not taken. */
export function allocate(first: string, last: string, taken: Iterable<string>): string | undefined {
  const used = new Set(taken);
  const end = toNumber(last);
  for (let number = toNumber(first); number <= end; number++) {
    const address = toAddress(number);
    if (!used.has(address)) return address;
  }
  return undefined;
}

/** The first address of a VPC: its router. */
export const gatewayOf = (ipRange: string): string => toAddress(toNumber(ipRange.split("/")[0]!) + 1);

/**
 * A free address for a member of a VPC: never the network's, the router's or the broadcast address.
 * @throws 422 if the VPC is full
 */
export function allocateMember(ipRange: string, taken: Iterable<string>): string {
  const first = toNumber(ipRange.split("/")[0]!);
  const size = addressesIn(parseCidr(ipRange)!);
  const address = allocate(toAddress(first + 2), toAddress(first + size - 2), taken);
  if (address === undefined) throw unprocessable(`the VPC ${ipRange} has no free address`);
  return address;
}

/**
 * A range for a VPC that names none: the first /20 from 10.100.0.0 that overlaps no other.
 * @throws 422 if none is left
 */
export function allocateRange(taken: string[]): string {
  const others = [...taken.map((range) => parseCidr(range)!), ...reservedRanges];
  for (let block = 0; block < 40 * 16; block++) {
    const range = `10.${100 + Math.floor(block / 16)}.${(block % 16) * 16}.0/20`;
    const free = parseCidr(range)!;
    if (!others.some((other) => overlaps(other, free))) return range;
  }
  throw unprocessable("no private range is left for another VPC");
}

/**
 * Ranges as nftables takes them in one set: single addresses as /32, host bits cleared, none inside another.
 * IPv6 ones are left out: the local cloud has no IPv6, so they match nothing.
 */
export function disjoint(addresses: string[]): string[] {
  const ranges = [...new Set(addresses.map((text) => (text.includes("/") ? text : `${text}/32`)))]
    .flatMap((text) => parseCidr(text) ?? [])
    .filter((range) => range.family === "ipv4")
    .map(networkOf);
  const unique = [...new Set(ranges)];
  const inside = (inner: string, outer: string): boolean => inner !== outer && contains(parseCidr(outer)!, parseCidr(inner)!);
  return unique.filter((range) => !unique.some((other) => inside(range, other))).sort();
}
