import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { nextGeneration } from "../../ops/generation";
import { cost } from "../../ops/renew";
import { target } from "../../ops/restore";
import { quoted } from "../../ops/ssh";

describe("what make's variables mean", () => {
  test.each([
    [{}, []],
    [{ TIME: "2026-11-24T09:30:00Z" }, ["--time", "2026-11-24T09:30:00Z"]],
    [{ POINT: "before", ASIDE: "1" }, ["--point", "before", "--aside"]],
    [{ BACKUP: "20261124-125942F", REPOSITORY_TIME: "2026-11-24T00:00:00Z" }, ["--backup", "20261124-125942F", "--repository-time", "2026-11-24T00:00:00Z"]],
  ])("%j", (environment, options) => expect(target(environment)).toEqual(options));

  test("two moments at once are an error that names both", () => {
    expect(() => target({ TIME: "2026-11-24T09:30:00Z", POINT: "before" })).toThrow(/TIME and POINT/);
  });

  test("a copy that was asked for in other words is not taken for a wish to restore in place", () => {
    for (const ASIDE of ["yes", "true"]) expect(() => target({ TIME: "2026-11-24T09:30:00Z", ASIDE })).toThrow(/say ASIDE=1/);
  });
});

test("a word reaches the other side's shell as it is", () => {
  fc.assert(fc.property(fc.string().filter((word) => !word.includes("\0")), (word) =>
    spawnSync("sh", ["-c", `printf %s ${quoted(word)}`], { encoding: "utf8" }).stdout === word), { numRuns: 60 });
});

describe("one more key", () => {
  const file = "# kept\nconfig:\n  ringo-infra:domain: api.ringo.test # why\n";

  test("is counted from the one in force, or from the first; the rest of the file stays", () => {
    const { text, generation } = nextGeneration(file, ["backups", "keyGeneration"], { domain: "api.ringo.test" });
    expect(generation).toBe(2);
    expect(text).toBe(`${file}  ringo-infra:backups:\n    keyGeneration: 2\n`);
    expect(nextGeneration(text, ["backups", "keyGeneration"], { backups: { keyGeneration: 2 } })).toEqual({ generation: 3, text: text.replace("keyGeneration: 2", "keyGeneration: 3") });
  });

  test("passwords are counted on their own", () => {
    expect(nextGeneration("config:\n  ringo-infra:passwordGeneration: 2\n", ["passwordGeneration"], { passwordGeneration: "2", backups: {} })).toEqual({ generation: 3, text: "config:\n  ringo-infra:passwordGeneration: 3\n" });
  });

  test("machines are counted each on its own", () => {
    const once = nextGeneration(file, ["machineGenerations", "api-1"], {}).text;
    expect(once).toBe(`${file}  ringo-infra:machineGenerations:\n    api-1: 2\n`);
    expect(nextGeneration(once, ["machineGenerations", "edge"], { machineGenerations: { "api-1": 2 } }).text).toBe(`${once}    edge: 2\n`);
  });

  test("of a machine is one that no machine had, not even one of an update that failed", () => {
    for (const [tried, generation] of [[1, 3], [2, 3], [3, 4]]) {
      expect(nextGeneration(`config:\n  ringo-infra:machineGenerations:\n    edge: ${tried}\n`, ["machineGenerations", "edge"], { machineGenerations: { edge: 2 } }, true).generation).toBe(generation);
    }
  });

  test("is the next to the one in force whatever the file says: it may be from before it, or from an update that was declined or has failed", () => {
    for (const counted of [1, 4, 5, 9]) {
      expect(nextGeneration(`config:\n  ringo-infra:deployerKeyGeneration: ${counted}\n`, ["deployerKeyGeneration"], { deployerKeyGeneration: "4" }).generation).toBe(5);
    }
  });
});

test("what the end of a machine costs depends on whether there is another of its kind", () => {
  const machines = ["edge", "api", "api", "worker", "data", "monitor"].map((role, i) => ({ name: `${role}-${i}`, role, publicAddress: null, privateAddress: "" }));
  const said = Object.fromEntries(machines.map((machine) => [machine.role, cost(machine, machines)]));
  expect(said).toEqual({
    edge: expect.stringContaining("Nothing answers"), api: "Others answer.", worker: expect.stringContaining("wait"),
    data: expect.stringContaining("volume stays"), monitor: expect.stringMatching(/alerted.*lost/),
  });
  expect(cost(machines[1]!, machines.slice(0, 2))).toContain("does not answer");
});
