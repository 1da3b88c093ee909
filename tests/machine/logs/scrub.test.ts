import fc from "fast-check";
import { harmless, personal, scrubbed } from "./corpus";

test.each(personal)("hides what is nobody else's affair in: $line", ({ line, hidden, kept }) => {
  const left = scrubbed(line);
  expect(hidden.filter((value) => left.includes(value))).toEqual([]);
  expect(kept.filter((value) => !left.includes(value))).toEqual([]);
});

test.each(harmless)("leaves as it is: %s", (line) => expect(scrubbed(line)).toBe(line));

test("what was scrubbed once stays as it is", () => {
  const twice = personal.map(({ line }) => scrubbed(line)).filter((line) => scrubbed(line) !== line);
  expect(twice).toEqual([]);
});

test("a JSON object stays one, with its keys, whatever is in its fields", () => {
  const names = ["first_name", "address", "phone", "password", "token", "inn", "card_number", "note", "total"];
  const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.maxSafeInteger(), fc.constantFrom(4111111111111111, 378282246310005, 89161112233, 4503599627370495.5), fc.array(fc.maxSafeInteger()), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null));
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true }), (object) => {
    const left = JSON.parse(scrubbed(JSON.stringify(object))) as object;
    expect(Object.keys(left)).toEqual(Object.keys(object));
  }), { numRuns: 500 });
});

test("a long line of anything takes no time worth the name", () => {
  const hostile = ["\\\"".repeat(20_000), `"first_name":"${"\\\\".repeat(20_000)}`, `${"a.".repeat(20_000)}@`, "8 ".repeat(20_000), `password=${"x".repeat(50_000)}`, `${"Иванов ".repeat(8_000)}`];
  const began = process.cpuUsage();
  hostile.forEach(scrubbed);
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(10);
});
