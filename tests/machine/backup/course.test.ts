import fc from "fast-check";
import { python } from "./python";
import { segmentName as name } from "./wal";

const size = 16 * 1024 ** 2;

interface Question { timeline: number; left: Record<string, number>; first: string; archived: string[]; sent: string | null }
type Gap = { first: string; beyond: number } | null;
const course = (given: string, options = "[]"): string => `course.Course("archive/ringo/17-1", ${options}, timelines.History(${given}["timeline"], {int(old): at for old, at in ${given}["left"].items()}), ${given}["first"])`;
const gaps = (questions: Question[]): Gap[] => python(`[(lambda gap: gap and {"first": gap.first, "beyond": gap.beyond})(${course("case")}.among(case["archived"], case["sent"]).gap) for case in given]`, questions);

/** Histories that each leave the one before within what it has archived, or at its end; some segments of theirs are not in S3, the last that was sent perhaps among them. */
const archive = fc.record({
  begin: fc.integer({ min: 0, max: 600 }),
  histories: fc.array(fc.record({ length: fc.integer({ min: 1, max: 8 }), left: fc.double({ min: 0, max: 1, noNaN: true }), offset: fc.integer({ min: 0, max: size - 1 }) }), { minLength: 1, maxLength: 4 }),
  lost: fc.array(fc.nat({ max: 30 }), { maxLength: 3 }),
  runs: fc.boolean(),
});

/** As PostgreSQL reads it: each segment of the newest history that has begun by then; all that it wants, in order. */
function stage({ begin, histories, lost, runs }: typeof archive extends fc.Arbitrary<infer T> ? T : never): Question & { expected: Gap } {
  let start = begin;
  let wanted: string[] = [];
  const written: string[] = [];
  const left: Record<string, number> = {};
  histories.forEach((history, i) => {
    const own = Array.from({ length: history.length }, (_, n) => name(i + 1, start + n));
    written.push(...own);
    const last = i === histories.length - 1;
    const turn = last ? history.length : Math.round(history.left * history.length);
    wanted = [...wanted, ...own.slice(0, turn)];
    start += turn;
    if (!last) left[i + 1] = start * size + history.offset;
  });
  const gone = new Set(lost.map((at) => written[at % written.length]));
  // What was lost from the newest history's end is not known to have been there, but by the server that has sent it.
  while (!runs && wanted.length > 0 && gone.has(wanted.at(-1)!) && Number.parseInt(wanted.at(-1)!.slice(0, 8), 16) === histories.length) wanted.pop();
  const missing = wanted.findIndex((each) => gone.has(each));
  return {
    timeline: histories.length, left, first: name(1, begin),
    archived: [...written.filter((each) => !gone.has(each)), "00000002.history", `${name(1, begin)}.00000028.backup`, `${name(1, begin + 1)}.partial`],
    sent: runs ? written.at(-1)! : null,
    expected: missing < 0 ? null : { first: wanted[missing], beyond: wanted.slice(missing).filter((each) => !gone.has(each)).length },
  };
}

test("the first segment that a recovery would miss is named, with the number of unreachable ones after it", () => {
  const questions = fc.sample(archive, 400).map(stage);
  expect(gaps(questions)).toEqual(questions.map(({ expected }) => expected));
  for (const some of [true, false]) expect(questions.some(({ expected, left }) => (expected !== null) === some && Object.keys(left).length > 0)).toBe(true);
});

test("the way is as long as the WAL that a recovery needs, whether all of it exists or not", () => {
  const way = (archived: string[]): number => python(`${course("given")}.among(given["archived"]).segments`, { timeline: 2, left: { 1: 259 * size }, first: name(1, 257), archived });
  expect([[name(2, 261)], [name(1, 257), name(1, 258), name(1, 259), name(2, 259), name(2, 261)], []].map(way)).toEqual([5, 5, 2]);
});

/** What is asked of the bucket, and the answer, for a recovery from the third segment of the second folder on. */
const asked = (folders: Record<string, string[]>, waiting: string[], sent: string | null = null, options: string[] = []): { gap: Gap; folders: string[] } => python(`(lambda asked: (lambda gap: {"gap": gap and {"first": gap.first, "beyond": gap.beyond}, "folders": asked})((
  setattr(course, "running", lambda: True), setattr(wal, "waiting", lambda _: given["waiting"]), setattr(wal, "sent", lambda: given["sent"]),
  setattr(repository, "names", lambda settings, trouble, directory, *options: (asked.append(directory), given["folders"][directory.removeprefix("archive/ringo/17-1").lstrip("/")])[1]),
  ${course("given", 'given["options"]')}.gap(None))[-1]))([])`, { timeline: 2, left: { 1: 259 * size }, first: name(1, 258), folders, waiting, sent, options });

const file = (segment: string): string => `${segment}-${"0123456789".repeat(4)}.zst`;
const bucket = {
  "": [".", "0000000100000000", "0000000100000001", "0000000200000001", "0000000300000001", "00000002.history"],
  "0000000100000001": [".", name(1, 257), name(1, 258), name(1, 259)].map(file),
  "0000000200000001": [name(2, 259), name(2, 261), name(2, 262)].map(file),
};

test("only folders on the way are listed", () => {
  expect(asked(bucket, [])).toEqual({ gap: { first: name(2, 260), beyond: 2 }, folders: ["", "/0000000100000001", "/0000000200000001"].map((folder) => `archive/ringo/17-1${folder}`) });
});

test("what a running server has yet to send is not missing", () => expect(asked(bucket, [name(2, 260), "00000002.history"]).gap).toBeNull());

test("the segment that the server sent last is missing if S3 does not have it; a history file tells nothing", () => {
  const whole = { ...bucket, "0000000200000001": [name(2, 259), name(2, 260)].map(file) };
  expect([name(2, 260), name(2, 261), name(1, 261), "00000002.history", null].map((sent) => asked(whole, [], sent).gap)).toEqual([null, { first: name(2, 261), beyond: 0 }, null, null, null]);
});

test("what the server sends now tells nothing about an earlier state of the bucket", () => {
  const then = { ...bucket, "0000000200000001": [name(2, 259), name(2, 260)].map(file) };
  expect(asked(then, [name(2, 299)], name(2, 298), ["--repo=1", "--repo-target-time=2026-11-24 09:30:00+00"]).gap).toBeNull();
});

test("the search starts at the newest backup that leads to the newest state; without one there is none", () => {
  const left = { first: name(1, 260), timeline: 1, stop_lsn: 261 * size };
  const leading = [{ first: name(1, 250), timeline: 1, stop_lsn: 251 * size }, { first: name(1, 258), timeline: 1, stop_lsn: 258 * size + 9 }];
  const after = { first: name(2, 262), timeline: 2, stop_lsn: 263 * size };
  const from = (backups: object[]): string[] => python(`(lambda seen: (
    setattr(timelines, "in_force", lambda *_: timelines.History(2, {1: 259 * wal.SIZE})), setattr(course.Course, "gap", lambda self, _: seen.append(self.first)),
    course.broken(types.SimpleNamespace(stanza="ringo"), repository.Info([types.SimpleNamespace(damaged=False, **each) for each in given], True, "17-1")), seen)[-1])([])`, backups);
  expect([[...leading, left, after], [...leading, left], [left], []].map(from)).toEqual([[after.first], [leading[1]!.first], [], []]);
});

test("backups are listed with faults of the WAL between them, also if it cannot be checked", () => {
  const warning = (broken: string): string | null => python(`(setattr(course, "broken", ${broken}), listing._warning(None, None))[-1]`, null);
  expect(warning("lambda *_: None")).toBeNull();
  expect(warning(`lambda *_: course.Gap("${name(1, 7)}", 3)`)).toMatch(`WAL segment ${name(1, 7)} is missing`);
  expect(warning('lambda *_: (_ for _ in ()).throw(Failure("the timeline histories in the archive cannot be read"))')).toBe("the timeline histories in the archive cannot be read");
});

test("a restore without confirmation reports a gap, too", () => {
  const said = python(`(lambda said: (
    setattr(restore, "say", said.append), setattr(restore, "_in_place", lambda *_: 0), setattr(restore.lock, "held", lambda *_, **__: contextlib.nullcontext()),
    setattr(restore.schedule, "paused", lambda *_: contextlib.nullcontext()),
    setattr(restore.planning, "make", lambda *_: types.SimpleNamespace(gap=course.Gap(given, 3), aside=False)),
    restore.run(None, types.SimpleNamespace(yes=True)), said)[-1])([])`, name(1, 7));
  expect(said).toEqual([expect.stringMatching(new RegExp(`^warning: WAL segment ${name(1, 7)} is missing in S3: neither its content nor the WAL after it \\(3 × 16 MiB\\)`))]);
});
