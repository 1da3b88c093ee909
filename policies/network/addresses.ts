import { contains, parseCidr, privateRanges, type Cidr } from "../../config/cidr";
import type { Ports } from "./ports";

/** A range, or an address alone. Undefined for anything else. */
const rangeOf = (text: string): Cidr | undefined => parseCidr(text) ?? parseCidr(`${text}/${text.includes(":") ? 128 : 32}`);

const own = [...privateRanges, parseCidr("fc00::/7")!];

/** Whether only machines of a private network can have this address. */
export const isPrivate = (text: string): boolean => {
  const range = rangeOf(text);
  return range !== undefined && own.some((outer) => contains(outer, range));
};

/** Share of all addresses of a family from which a list is the internet rather than named places: a /8, a /16. */
const worldly = { ipv4: 2 ** -8, ipv6: 2 ** -16 };

/** Whether these addresses are the internet at large, however it is cut up; what cannot be read counts as it. */
export function isWorld(addresses: readonly string[]): boolean {
  const share = { ipv4: 0, ipv6: 0 };
  for (const text of addresses) {
    const range = rangeOf(text);
    if (range === undefined) return true;
    if (!isPrivate(text)) share[range.family] += 2 ** -range.prefix;
  }
  return share.ipv4 >= worldly.ipv4 || share.ipv6 >= worldly.ipv6;
}

/** Shortest prefixes of a range that is still somebody in particular. */
type Width = Record<Cidr["family"], number>;

/** Where people are: at home, on the addresses that a provider hands out in turn. */
export const people: Width = { ipv4: 16, ipv6: 32 };

/** Where a service or an office is: on addresses of its own. */
export const site: Width = { ipv4: 24, ipv6: 48 };

/** Those of these addresses that are more than that; what cannot be read is. */
export const widerThan = (width: Width, addresses: readonly string[]): string[] => addresses.filter((text) => {
  const range = rangeOf(text);
  return range === undefined || (!isPrivate(text) && range.prefix < width[range.family]);
});

/** Those of these addresses for whom such an opening is too much: people come by SSH and ask whether a machine is there, services by the rest. */
export function tooMany(protocol: string, { first, last }: Ports, addresses: readonly string[]): readonly string[] {
  const byPeople = /^icmp/.test(protocol) || (protocol === "tcp" && first === 22 && last === 22);
  return isWorld(addresses) ? addresses : widerThan(byPeople ? people : site, addresses);
}
