import { contains, parseCidr, privateRanges, type Cidr } from "../../config/cidr";

/** A range, or an address alone. Undefined for anything else. */
export const rangeOf = (text: string): Cidr | undefined => parseCidr(text) ?? parseCidr(`${text}/${text.includes(":") ? 128 : 32}`);

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
