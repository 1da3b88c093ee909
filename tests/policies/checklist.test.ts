import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { checklist, gaps, type Row } from "../../policies/checklist";
import { checklistPage } from "../../policies/reference";
import { rules } from "../../policies/rules";

const root = path.resolve(__dirname, "../..");
const names = rules.map(({ name }) => name);
const rows = Object.values(checklist).flat();

/** Whether a file of tests has one of that name, between quotes. */
function hasTest(file: string, name: string): boolean {
  const text = existsSync(path.join(root, "tests", file)) ? readFileSync(path.join(root, "tests", file), "utf8") : "";
  return ['"', "'", "`"].some((quote) => text.includes(quote + name + quote));
}

/** What a row names and nobody finds. */
const notThere = ({ policies = [], machine = [], tests = {} }: Row): string[] => [
  ...policies.filter((name) => !names.includes(name)),
  ...machine.filter((file) => !existsSync(path.join(root, "machine", file))),
  ...Object.entries(tests).flatMap(([file, list]) => list.filter((name) => !hasTest(file, name)).map((name) => `${file}: ${name}`)),
];

test("everything that a row names exists", () => expect(rows.flatMap(notThere)).toEqual([]));

test("missing rules, files and tests are found", () => {
  const tests = { "policies/checklist.test.ts": ["everything that a row names exists", "no such test " + "of ours"], "none.test.ts": ["a"] };
  expect(notThere({ demands: "", policies: ["droplet-image", "no-rule"], machine: ["state.ts", "none.ts"], tests }))
    .toEqual(["no-rule", "none.ts", "policies/checklist.test.ts: no such test of ours", "none.test.ts: a"]);
});

test("every rule belongs to a row, and no row is a duplicate or without enforcement", () => {
  expect([...new Set(rows.flatMap(({ policies = [] }) => policies))].sort()).toEqual([...names].sort());
  expect(new Set(rows.map(({ demands }) => demands)).size).toBe(rows.length);
  for (const row of rows) expect([row.demands, row.policies ?? row.machine ?? row.tests]).not.toEqual([row.demands, undefined]);
});

test("an empty column that is needed is a gap, also on the page", () => {
  const row: Row = { demands: "A holds", policies: ["droplet-image"], machine: [], tests: { "a.test.ts": [] }, missing: "a thing" };
  expect(gaps(row)).toEqual(["the machine's state", "a test", "a thing"]);
  expect(gaps({ demands: "B holds", policies: [], tests: {} })).toEqual(["a policy", "a test"]);
  const page = checklistPage({ Network: [row, { demands: "C holds", policies: ["droplet-image"] }] });
  expect(page).toContain("Of 2 rows 1 have a gap.");
  expect(page).toContain("| A holds **Gap:** the machine's state; a test; a thing. |");
  expect(page).toContain("| C holds | [`droplet-image`](policies.md#droplet-image) |  |  |");
});
