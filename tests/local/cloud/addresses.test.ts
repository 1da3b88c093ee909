import * as fc from "fast-check";
import { contains, overlaps, parseCidr } from "../../../config/cidr";
import { allocate, allocateMember, allocateRange, disjoint, gatewayOf } from "../../../local/cloud/addresses";
import { dropletAddresses, natGatewayAddresses, reservedAddresses } from "../../../local/cloud/names";

const inRange = (address: string, range: string): boolean => contains(parseCidr(range)!, parseCidr(`${address}/32`)!);
const octet = fc.integer({ min: 0, max: 255 });

test("members of a VPC never share an address, and never have the network's, the router's or the broadcast one", () => {
  fc.assert(fc.property(fc.integer({ min: 24, max: 28 }), octet, fc.integer({ min: 1, max: 300 }), (prefix, third, wanted) => {
    const range = `10.20.${third}.0/${prefix}`;
    const room = 2 ** (32 - prefix) - 3;
    const taken: string[] = [];
    for (let i = 0; i < Math.min(wanted, room); i++) taken.push(allocateMember(range, taken));
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.every((address) => inRange(address, range))).toBe(true);
    expect(taken).not.toContain(`10.20.${third}.0`);
    expect(taken).not.toContain(gatewayOf(range));
    expect(taken).not.toContain(`10.20.${third}.${2 ** (32 - prefix) - 1}`);
    if (wanted >= room) expect(() => allocateMember(range, taken)).toThrow("no free address");
  }));
});

test("a released address is reused", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 }), (freed) => {
    const all = Array.from({ length: 31 }, (_, i) => `10.0.0.${i + 10}`);
    const taken = all.filter((_, i) => !freed.includes(i));
    const lowest = freed.length === 0 ? undefined : `10.0.0.${Math.min(...freed) + 10}`;
    expect(allocate("10.0.0.10", "10.0.0.40", taken)).toBe(lowest);
  }));
});

test("the three kinds of public address are disjoint, also from the gateway and the internet", () => {
  const last = (address: string): number => Number(address.split(".")[3]);
  const bounds = [dropletAddresses, reservedAddresses, natGatewayAddresses].flat().map(last);
  expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
  expect(new Set(bounds).size).toBe(bounds.length);
  expect(bounds[0]).toBeGreaterThan(1);
  expect(bounds.at(-1)).toBeLessThan(254);
});

test("automatic ranges of VPCs never overlap", () => {
  const ranges: string[] = ["10.100.0.0/16"];
  for (let i = 0; i < 40; i++) ranges.push(allocateRange(ranges));
  const parsed = ranges.map((range) => parseCidr(range)!);
  expect(parsed.flatMap((range, i) => parsed.slice(i + 1).filter((other) => overlaps(range, other)))).toEqual([]);
});

test("a set's ranges cover what was requested and never overlap, which nftables would refuse", () => {
  const cidr = fc.tuple(octet, octet, octet, fc.integer({ min: 0, max: 32 })).map(([b, c, d, prefix]) => `10.${b % 4}.${c % 4}.${d}/${prefix}`);
  fc.assert(fc.property(fc.array(cidr, { maxLength: 12 }), (asked) => {
    const kept = disjoint(asked);
    kept.forEach((range, i) => kept.slice(i + 1).forEach((other) => expect(overlaps(parseCidr(range)!, parseCidr(other)!)).toBe(false)));
    for (const range of asked) {
      expect(kept.some((outer) => contains(parseCidr(outer)!, parseCidr(range)!))).toBe(true);
    }
    for (const range of kept) {
      expect(asked.some((one) => Number(one.split("/")[1]) === Number(range.split("/")[1]) && overlaps(parseCidr(one)!, parseCidr(range)!))).toBe(true);
    }
  }));
});
