import fc from "fast-check";
import { harmless, personal, scrubbed } from "./corpus";

test.each(personal)("hides personal data in: $line", ({ line, hidden, kept }) => {
  const left = scrubbed(line);
  expect(hidden.filter((value) => left.includes(value))).toEqual([]);
  expect(kept.filter((value) => !left.includes(value))).toEqual([]);
});

test.each(harmless)("leaves unchanged: %s", (line) => expect(scrubbed(line)).toBe(line));

test("scrubbing twice changes nothing more", () => {
  const twice = personal.map(({ line }) => scrubbed(line)).filter((line) => scrubbed(line) !== line);
  expect(twice).toEqual([]);
});

test("a hexadecimal id stays intact, however many digits it has in a row", () => {
  const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 });
  const long = fc.tuple(hex, fc.constantFrom("89161234567", "4111111111111111", "378282246310005", "2200123412341234123"), fc.nat({ max: 20 }))
    .map(([id, number, at]) => `${id.slice(0, at)}${number}${id.slice(at)}`.slice(0, 32));
  const uuid = fc.tuple(fc.uuid(), fc.constantFrom("413076465700", "891612345678", "a89161234567")).map(([id, end]) => id.slice(0, 24) + end);
  fc.assert(fc.property(fc.oneof(hex, long, fc.uuid(), uuid), (id) => {
    expect(scrubbed(`{"request_id":"${id}","client":"10.0.0.1"} request_id=${id}, task ${id}`)).toBe(`{"request_id":"${id}","client":"10.0.0.1"} request_id=${id}, task ${id}`);
  }), { numRuns: 3000 });
});

test("a JSON object stays valid, with its keys, whatever its fields contain", () => {
  const names = ["first_name", "address", "phone", "password", "token", "inn", "card_number", "note", "total"];
  const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.maxSafeInteger(), fc.constantFrom(4111111111111111, 378282246310005, 89161112233, 4503599627370495.5), fc.array(fc.maxSafeInteger()), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null));
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true }), (object) => {
    const left = JSON.parse(scrubbed(JSON.stringify(object))) as object;
    expect(Object.keys(left)).toEqual(Object.keys(object));
  }), { numRuns: 500 });
});

test("any long line is scrubbed fast", () => {
  const hostile = ["\\\"".repeat(20_000), `"first_name":"${"\\\\".repeat(20_000)}`, `${"a.".repeat(20_000)}@`, "8 ".repeat(20_000), `password=${"x".repeat(50_000)}`, `${"Иванов ".repeat(8_000)}`];
  const began = process.cpuUsage();
  hostile.forEach(scrubbed);
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(10);
});
