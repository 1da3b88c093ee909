import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { isGiven } from "../../cli/flag";

test("a flag is set by 1, and not set when empty or absent", () => {
  expect(isGiven("ASIDE", { ASIDE: "1" })).toBe(true);
  for (const environment of [{}, { ASIDE: "" }]) expect(isGiven("ASIDE", environment)).toBe(false);
});

test.each(["yes", "true", "0", "no", " 1", "11"])("%j is refused rather than taken for the opposite", (value) => {
  expect(() => isGiven("ASIDE", { ASIDE: value })).toThrow(`ASIDE=${value} is not valid`);
});

test.each([["ops", "restore"], ["local", "destroy"]])("no command of %s does anything with an invalid flag", (commands, name) => {
  const project = path.resolve(__dirname, "../..");
  const environment = { ...process.env, YES: "yes", STACK: "nowhere", RINGO_LOCAL_DIR: "/nonexistent/ringo", PATH: path.dirname(process.execPath) };
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", `${commands}/main.ts`, name], { cwd: project, encoding: "utf8", env: environment });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/YES=yes is not valid, and nothing was done/)]);
  expect(stderr).not.toContain("    at ");
});
