import { nextGeneration } from "../../ops/generation";

describe("the next generation", () => {
  const file = "# kept\nconfig:\n  ringo-infra:domain: api.ringo.test # why\n";

  test("follows the one in force, or the first; the rest of the file stays", () => {
    const { text, generation } = nextGeneration(file, ["backups", "keyGeneration"], { domain: "api.ringo.test" });
    expect(generation).toBe(2);
    expect(text).toBe(`${file}  ringo-infra:backups:\n    keyGeneration: 2\n`);
    expect(nextGeneration(text, ["backups", "keyGeneration"], { backups: { keyGeneration: 2 } })).toEqual({ generation: 3, text: text.replace("keyGeneration: 2", "keyGeneration: 3") });
  });

  test("of passwords is separate", () => {
    expect(nextGeneration("config:\n  ringo-infra:passwordGeneration: 2\n", ["passwordGeneration"], { passwordGeneration: "2", backups: {} })).toEqual({ generation: 3, text: "config:\n  ringo-infra:passwordGeneration: 3\n" });
  });

  test("of each machine is separate", () => {
    const once = nextGeneration(file, ["machineGenerations", "api-1"], {}).text;
    expect(once).toBe(`${file}  ringo-infra:machineGenerations:\n    api-1: 2\n`);
    expect(nextGeneration(once, ["machineGenerations", "edge"], { machineGenerations: { "api-1": 2 } }).text).toBe(`${once}    edge: 2\n`);
  });

  test("of a machine was never used before, not even in a failed update", () => {
    for (const [tried, generation] of [[1, 3], [2, 3], [3, 4]]) {
      expect(nextGeneration(`config:\n  ringo-infra:machineGenerations:\n    edge: ${tried}\n`, ["machineGenerations", "edge"], { machineGenerations: { edge: 2 } }, true).generation).toBe(generation);
    }
  });

  test("follows the one in force whatever the file says: the file may be older, or from an update that was declined or failed", () => {
    for (const counted of [1, 4, 5, 9]) {
      expect(nextGeneration(`config:\n  ringo-infra:deployerKeyGeneration: ${counted}\n`, ["deployerKeyGeneration"], { deployerKeyGeneration: "4" }).generation).toBe(5);
    }
  });
});
