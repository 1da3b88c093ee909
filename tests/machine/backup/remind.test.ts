import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { python } from "./python";
import { segmentName as name } from "./wal";

const forgotten = (questions: { files: string[]; marks: string[] }[]): string[][] => python('[remind.forgotten(case["files"], case["marks"]) for case in given]', questions);

test("a segment is forgotten if it has no status file and a later one has; the current one and those prepared for later are not", () => {
  const history = fc.record({
    first: fc.integer({ min: 1, max: 600 }),
    marks: fc.array(fc.constantFrom(".ready", ".done", ""), { minLength: 1, maxLength: 12 }),
    current: fc.integer({ min: 1, max: 3 }),
  });
  const cases = fc.sample(history, 200).map(({ first, marks, current }) => {
    const names = marks.map((_, i) => name(9, first + i));
    const waiting = Array.from({ length: current }, (_, i) => name(9, first + marks.length + i));
    const last = marks.findLastIndex((mark) => mark !== "");
    return {
      files: [...names, ...waiting, "archive_status", "00000009.history", name(8, first + 40)],
      marks: [...names.flatMap((each, i) => (marks[i] === "" ? [] : [each + marks[i]])), "00000009.history.done", `${name(9, first)}.00000028.backup.done`],
      expected: names.filter((_, i) => marks[i] === "" && i < last),
    };
  });
  expect(forgotten(cases)).toEqual(cases.map(({ expected }) => expected));
  expect(cases.some(({ expected }) => expected.length > 0)).toBe(true);
});

test("nothing is forgotten before there is any status file", () => {
  expect(forgotten([{ files: [name(1, 1), name(1, 2)], marks: [] }, { files: [name(2, 7)], marks: ["00000002.history.ready"] }])).toEqual([[], []]);
});

/** What PostgreSQL is told before a restore takes the archive for whole. */
const told = (change: string): string[] => {
  const program = `
import json, os, sys, tempfile, types
sys.path.insert(0, sys.argv[1])
from backup import remind, server
said = []
remind.psql, remind.running, remind.say = said.append, lambda: True, lambda _: None
folder = tempfile.TemporaryDirectory()
data = folder.name
os.makedirs(data + "/pg_wal/archive_status")
for path in ["${name(1, 1)}", "${name(1, 2)}", "archive_status/${name(1, 2)}.done"]:
    open(f"{data}/pg_wal/{path}", "w").close()
${change}
server.archived(types.SimpleNamespace(cluster=types.SimpleNamespace(data=data, unit="")))
print(json.dumps(said))
`;
  return JSON.parse(execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine")], { encoding: "utf8" }));
};

test.each([
  ["is reminded of what it forgot", "", ["CHECKPOINT"]],
  ["is not asked for anything if it forgot nothing", `os.remove(f"{data}/pg_wal/archive_status/${name(1, 2)}.done")`, []],
  ["without room is not asked to write", "remind.ROOM = 1 << 62", []],
  ["that does not run is not asked", "remind.running = lambda: False", []],
  ["whose directory is being exchanged is not asked", 'data += ".gone"', []],
])("a server %s", (_, change, expected) => expect(told(change)).toEqual(expected));
