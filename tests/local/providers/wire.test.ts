import * as fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Properties, UNKNOWN } from "../../../local/providers/resource";
import { conceal, decode, encode, reveal, Secret, SIGNATURE } from "../../../local/providers/wire";

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(UNKNOWN));
const key = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__" && name !== SIGNATURE);
const tree = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value")), fc.dictionary(key, tie("value")), tie("value").map((value) => new Secret(value))),
})).value;
const properties = fc.dictionary(key, tree) as fc.Arbitrary<Properties>;

const same = (a: unknown, b: unknown) =>
  expect(JSON.parse(JSON.stringify(a, visible))).toEqual(JSON.parse(JSON.stringify(b, visible)));
const visible = (_: string, value: unknown) => (value === UNKNOWN ? "<unknown>" : value instanceof Secret ? { secret: value.value } : value);

test("encoding and decoding returns the same value: secrets, unknowns, nesting", () => {
  fc.assert(fc.property(properties, (value) => same(decode(Struct.deserializeBinary(encode(value).serializeBinary())), value)));
});

test("concealing with a value's marks restores what revealing removed, or hides more", () => {
  const hidden = (value: unknown): string[] =>
    value instanceof Secret ? leaves(value) : Array.isArray(value) ? value.flatMap(hidden)
      : typeof value === "object" && value !== null ? Object.values(value).flatMap(hidden) : [];
  const leaves = (value: unknown): string[] =>
    value instanceof Secret ? leaves(value.value) : Array.isArray(value) ? value.flatMap(leaves)
      : typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];
  fc.assert(fc.property(properties, (value) => {
    const again = conceal(reveal(value), value);
    same(reveal(again), reveal(value));
    const covered = hidden(again);
    for (const one of hidden(value)) expect(covered).toContain(one);
  }));
});

test.each([
  ["1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"], ["3eeb2bf0-c639-47a8-9e75-3b44932eb421"], ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"],
  ["6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"], ["dd056dcd-154b-4c76-9bd3-c8f88648b5ff"],
])("the engine's marker %s means unknown", (marker) => {
  const decoded = decode(Struct.fromJavaScript({ a: { b: [marker] } }));
  expect(decoded.a.b[0]).toBe(UNKNOWN);
});

test("an output value is decoded to its value, secret or unknown; null counts as not given", () => {
  const output = (more: object) => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...more });
  const decoded = decode(Struct.fromJavaScript({ known: output({ value: 1 }), secret: output({ value: "x", secret: true }), open: output({}), none: null }));
  expect(decoded).toEqual({ known: 1, secret: new Secret("x"), open: UNKNOWN });
});
