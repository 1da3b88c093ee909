import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { pack, unpack } from "../../machine/packing";
import { payload, remoteCommand, stateIn } from "../../machine/payload";
import { combine } from "../../machine/state";

const fileArbitrary = fc.record(
  { path: fc.string().map((name) => `/${name}`), content: fc.string(), mode: fc.constantFrom("0644", "0600"), secret: fc.boolean() },
  { requiredKeys: ["path", "content"] },
);
const stateArbitrary = fc
  .record({ files: fc.uniqueArray(fileArbitrary, { selector: (file) => file.path, maxLength: 4 }), packages: fc.array(fc.string()), secrets: fc.array(fc.string()) })
  .map((fragment) => combine(fragment));

test("the payload contains the unchanged state", () => {
  fc.assert(fc.property(stateArbitrary, (state) => {
    expect(stateIn(payload("state", state))).toEqual(JSON.parse(JSON.stringify(state)));
  }), { numRuns: 20 });
});

test("a text is unpacked unchanged; programs shrink to less than half, with the same result on any processor", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => expect(unpack(pack(text))).toBe(text)), { numRuns: 100 });
  const program = payload("state", combine()).split("\n")[0];
  expect(program.length).toBeLessThan(unpack(program).length / 2);
  // Made on another machine: what differs is a change of everything that the program has ever told.
  expect(pack("the same, the same, the same")).toBe("eJwryUhVKE7MTdVRwGQBAIyCCa4=");
});

test("the command line is valid shell, and its program valid Python", () => {
  expect(spawnSync("sh", ["-n", "-c", remoteCommand]).status).toBe(0);
  const program = unpack(payload("state", combine()).split("\n")[0]);
  // Debian's own Python, and nothing but its standard library: -I keeps all else out.
  execFileSync("/usr/bin/python3", ["-IW", "error", "-c", "import json, sys\nfor name, source in json.load(sys.stdin): compile(source, name, 'exec')"],
    { input: program });
});
