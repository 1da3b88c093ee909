import { compare } from "bcryptjs";
import * as fc from "fast-check";
import { randomCharacters, recipe, shuffled } from "../../../local/providers/random/characters";
import { random } from "../../../local/providers/random";
import { UNKNOWN } from "../../../local/providers/resource";
import { reveal, Secret } from "../../../local/providers/wire";
import { TestEngine } from "./client";

const password = "random:index/randomPassword:RandomPassword";
const type = (name: string) => `random:index/random${name}:Random${name}`;

let engine: TestEngine;
beforeAll(async () => { engine = await TestEngine.start(random); });
afterAll(() => engine.stop());

test("a password has its length and its minimums, and no characters of disabled classes", () => {
  const least = fc.integer({ min: 0, max: 5 });
  fc.assert(fc.property(
    fc.record({ minLower: least, minUpper: least, minNumeric: least, minSpecial: least, extra: fc.integer({ min: 1, max: 20 }), lower: fc.boolean(), upper: fc.boolean() }),
    ({ extra, ...wanted }) => {
      const length = wanted.minLower + wanted.minUpper + wanted.minNumeric + wanted.minSpecial + extra;
      const made = randomCharacters(recipe({ ...wanted, length, overrideSpecial: "._~" }));
      const count = (class_: RegExp) => made.match(class_)?.length ?? 0;
      expect(made).toHaveLength(length);
      expect(made).toMatch(/^[A-Za-z0-9._~]+$/);
      expect(count(/[a-z]/g)).toBeGreaterThanOrEqual(wanted.minLower);
      expect(count(/[A-Z]/g)).toBeGreaterThanOrEqual(wanted.minUpper);
      expect(count(/[0-9]/g)).toBeGreaterThanOrEqual(wanted.minNumeric);
      expect(count(/[._~]/g)).toBeGreaterThanOrEqual(wanted.minSpecial);
      if (!wanted.lower) expect(count(/[a-z]/g)).toBe(wanted.minLower);
      if (!wanted.upper) expect(count(/[A-Z]/g)).toBe(wanted.minUpper);
    },
  ));
});

test("a shuffle keeps every item", () => {
  fc.assert(fc.property(fc.array(fc.integer()), (items) => {
    expect(shuffled(items, (limit) => limit - 1).sort()).toEqual([...items].sort());
  }));
});

test("a password and its valid bcrypt hash are secrets, the rest is not", async () => {
  const { id, outputs, plain } = await engine.create(password, { length: 24, special: false });
  expect(id).toBe("none");
  expect(outputs.result).toBeInstanceOf(Secret);
  expect(outputs.bcryptHash).toBeInstanceOf(Secret);
  expect(outputs).toMatchObject({ length: 24, special: false, numeric: true, number: true, minUpper: 0 });
  expect(plain.bcryptHash).toMatch(/^\$2a\$10\$/);
  expect(await compare(plain.result, plain.bcryptHash)).toBe(true);
});

test("a preview of a password has everything except its value", async () => {
  const { id, plain } = await engine.create(password, { length: 24 }, true);
  expect(id).toBe("");
  expect(plain).toMatchObject({ length: 24, special: true, result: UNKNOWN, bcryptHash: UNKNOWN });
});

test("every change creates a new password; adding or removing empty keepers does not", async () => {
  expect(await engine.diff(password, { length: 20 }, { length: 24 })).toMatchObject({ changed: true, replaces: ["length"], detailed: { length: "UPDATE_REPLACE" } });
  expect(await engine.diff(password, { length: 20 }, { length: 20, keepers: { role: "api" } })).toMatchObject({ replaces: ["keepers"], detailed: { keepers: "ADD_REPLACE" } });
  expect(await engine.diff(password, { length: 20, keepers: { a: "1", b: "1" } }, { length: 20, keepers: { a: "2", b: "1" } }))
    .toMatchObject({ detailed: { "keepers.a": "UPDATE_REPLACE" } });
  expect(await engine.diff(password, { length: 20 }, { length: 20, keepers: {} })).toMatchObject({ changed: false });
});

test("spelling out a default is no change, and numeric and its old name set each other", async () => {
  const plain = { length: 20 };
  for (const more of [{ special: true }, { upper: true }, { minLower: 0 }, { numeric: true }, { number: true }]) {
    expect(await engine.diff(password, plain, { ...plain, ...more })).toMatchObject({ changed: false });
    expect(await engine.diff(password, { ...plain, ...more }, plain)).toMatchObject({ changed: false });
  }
  expect(await engine.diff(password, { length: 20, number: false }, { length: 20, numeric: false })).toMatchObject({ changed: false });
  expect(await engine.diff(password, plain, { length: 20, numeric: false })).toMatchObject({ changed: true, replaces: ["numeric", "number"] });
  expect(await engine.diff(type("Pet"), {}, { length: 2, separator: "-" })).toMatchObject({ changed: false });
  expect(await engine.diff(type("Pet"), {}, { length: 3 })).toMatchObject({ replaces: ["length"] });
});

test("a preview shows the defaults even if something is unknown", async () => {
  expect((await engine.create(password, { length: UNKNOWN }, true)).plain).toMatchObject({ length: UNKNOWN, special: true, minUpper: 0, result: UNKNOWN });
  expect((await engine.create(type("Pet"), {}, true)).plain).toMatchObject({ length: 2, separator: "-" });
});

test.each([
  [{ length: 0 }, "length"],
  [{ length: 8, minLower: -1 }, "minLower"],
  [{ length: 8, number: true, numeric: false }, "number"],
  [{ length: 3, minLower: 2, minUpper: 2 }, "length"],
  [{ length: 3, lower: false, upper: false, numeric: false, special: false }, "special"],
  [{}, "length"],
  [{ length: 8, minlower: 2 }, "minlower"],
  [{ length: "8" }, "length"],
])("refuses %j", async (inputs, property) => {
  const { failures } = await engine.check(password, inputs);
  expect(failures.map((one) => one.property)).toEqual([property]);
});

test("an unknown length is not a fault", async () => {
  expect((await engine.check(password, { length: UNKNOWN, minLower: 2 })).failures).toEqual([]);
});

test("a password is imported by its value and then stays", async () => {
  const { inputs, outputs, id } = await engine.read(password, "correct horse");
  expect(id).toBe("none");
  expect(inputs).toEqual({ length: 13, lower: true, number: true, numeric: true, special: true, upper: true });
  expect(reveal(outputs)).toMatchObject({ result: "correct horse", length: 13, special: true });
  expect(outputs.result).toBeInstanceOf(Secret);
  expect(await engine.read(password, id, outputs, inputs)).toEqual({ id, inputs, outputs });
});

test("an id is the same in every notation, each with the prefix", async () => {
  const { id, plain } = await engine.create(type("Id"), { byteLength: 9, prefix: "ringo-" });
  const bytes = Buffer.from(id, "base64url");
  expect(bytes).toHaveLength(9);
  expect(plain).toMatchObject({
    hex: `ringo-${bytes.toString("hex")}`, b64Url: `ringo-${id}`, b64Std: `ringo-${bytes.toString("base64")}`,
    dec: `ringo-${BigInt(`0x${bytes.toString("hex")}`)}`,
  });
  expect(await engine.read(type("Id"), `ringo-,${id}`)).toMatchObject({ id, outputs: plain });
});

test("a seed gives the same result every time, within bounds", async () => {
  const draw = async (seed: string) => (await engine.create(type("Integer"), { min: -3, max: 3, seed })).plain.result;
  expect(await draw("a")).toBe(await draw("a"));
  const results = await Promise.all(Array.from({ length: 60 }, (_, i) => draw(String(i))));
  expect([Math.min(...results), Math.max(...results)]).toEqual([-3, 3]);
  const shuffle = async () => (await engine.create(type("Shuffle"), { inputs: ["a", "b", "c"], seed: "x", resultCount: 7 })).plain.results;
  expect(await shuffle()).toEqual(await shuffle());
  expect(await shuffle()).toHaveLength(7);
});

test("UUIDs have their version, pets have the requested number of words, bytes are secret", async () => {
  expect((await engine.create(type("Uuid"), {})).plain.result).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
  expect((await engine.create(type("Uuid7"), {})).plain.result).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
  expect((await engine.create(type("Pet"), { length: 3, prefix: "p" })).id).toMatch(/^p-[a-z]+-[a-z]+-[a-z]+$/);
  const { id, outputs, plain } = await engine.create(type("Bytes"), { length: 32 });
  expect(outputs.hex).toBeInstanceOf(Secret);
  expect(Buffer.from(plain.base64, "base64").toString("hex")).toBe(plain.hex);
  expect(id).toBe(plain.base64);
  expect((await engine.read(type("Bytes"), "AAECAw==")).id).toBe("AAECAw==");
  expect(await engine.read(type("Uuid"), "0190163D-8694-439B-AEA5-966C26F8AD91")).toMatchObject({ id: "0190163d-8694-439b-aea5-966c26f8ad91" });
});
