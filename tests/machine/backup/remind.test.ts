import fc from "fast-check";
import { python } from "./python";

const name = (timeline: number, segment: number): string => [timeline, Math.floor(segment / 256), segment % 256].map((part) => part.toString(16).toUpperCase().padStart(8, "0")).join("");
const forgotten = (questions: { files: string[]; marks: string[] }[]): string[][] => python('[remind.forgotten(case["files"], case["marks"]) for case in given]', questions);

test("a segment is forgotten when it has no mark and a later one has; the one that is written to and those that wait for their turn are not", () => {
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

test("nothing is forgotten where nothing was marked yet", () => {
  expect(forgotten([{ files: [name(1, 1), name(1, 2)], marks: [] }, { files: [name(2, 7)], marks: ["00000002.history.ready"] }])).toEqual([[], []]);
});
