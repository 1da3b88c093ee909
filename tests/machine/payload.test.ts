import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { payload, remoteCommand } from "../../machine/payload";
import { combine } from "../../machine/state";

const fileArbitrary = fc.record(
  { path: fc.string().map((name) => `/${name}`), content: fc.string(), mode: fc.constantFrom("0644", "0600"), secret: fc.boolean() },
  { requiredKeys: ["path", "content"] },
);
const stateArbitrary = fc
  .record({ files: fc.uniqueArray(fileArbitrary, { selector: (file) => file.path, maxLength: 4 }), packages: fc.array(fc.string()), secrets: fc.array(fc.string()) })
  .map((fragment) => combine(fragment));

test("the payload holds the state as it is", () => {
  fc.assert(fc.property(stateArbitrary, (state) => {
    expect(JSON.parse(payload("state", state)).state).toEqual(JSON.parse(JSON.stringify(state)));
  }), { numRuns: 20 });
});

test("the command line is a shell's, and its program Python's", () => {
  expect(spawnSync("sh", ["-n", "-c", remoteCommand]).status).toBe(0);
  const { program } = JSON.parse(payload("state", combine()));
  // Debian's own Python, and nothing but its standard library: -I keeps all else out.
  execFileSync("/usr/bin/python3", ["-IW", "error", "-c", "import json, sys\nfor name, source in json.load(sys.stdin): compile(source, name, 'exec')"],
    { input: JSON.stringify(program) });
});
