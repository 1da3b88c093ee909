import * as fc from "fast-check";
import { isPrivate, isWorld } from "../../policies/network/addresses";
import { portsOf } from "../../policies/network/ports";

describe("addresses", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const range = (min: number, max: number) => fc.tuple(octet, octet, octet, octet, fc.integer({ min, max })).map(([a, b, c, d, prefix]) => `${a}.${b}.${c}.${d}/${prefix}`);
  /** The two halves of a range that begins at 0.0.0.0. */
  const halves = (prefix: number): string[] => [`0.0.0.0/${prefix + 1}`, `${[24, 16, 8, 0].map((shift) => Math.floor(2 ** (31 - prefix) / 2 ** shift) % 256).join(".")}/${prefix + 1}`];

  test("ranges wider than a /8 count as the world, even if split in two", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 7 }), (prefix) => {
      expect([isWorld([`0.0.0.0/${prefix}`]), isWorld(halves(prefix))]).toEqual([true, true]);
    }));
  });
  test("a few ranges of /16 and narrower do not", () => fc.assert(fc.property(fc.array(range(16, 32), { maxLength: 100 }), (ranges) => expect(isWorld(ranges)).toBe(false))));
  test("adding a range never closes anything", () => {
    fc.assert(fc.property(fc.array(range(0, 32), { maxLength: 8 }), range(0, 32), (ranges, more) => expect(isWorld([...ranges, more]) || !isWorld(ranges)).toBe(true)));
  });
  test("private ranges never count as the world", () => {
    fc.assert(fc.property(fc.array(fc.tuple(octet, octet, fc.integer({ min: 8, max: 32 })).map(([b, c, prefix]) => `10.${b}.${c}.0/${prefix}`), { minLength: 1 }), (ranges) => {
      expect([isWorld(ranges), ranges.every(isPrivate)]).toEqual([false, true]);
    }));
  });
  test("an unreadable range counts as the world", () => fc.assert(fc.property(fc.string().filter((text) => !/^[\d.:a-f/]+$/i.test(text)), (text) => expect(isWorld([text])).toBe(true))));
});

test("ports are parsed in DigitalOcean's notation", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 65535 }), fc.integer({ min: 1, max: 65535 }), (a, b) => {
    expect(portsOf(`${a}-${b}`)).toEqual({ first: a, last: b });
    expect(portsOf(String(a))).toEqual({ first: a, last: a });
  }));
  for (const all of ["all", "0", "", undefined]) expect(portsOf(all)).toEqual({ first: 0, last: 65535 });
});
