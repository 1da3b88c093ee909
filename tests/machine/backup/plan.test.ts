import fc from "fast-check";
import { python } from "./python";

interface Backup { label: string; stop: number; damaged?: boolean }

/** As pgBackRest prints it. */
const info = (backups: Backup[]) => [{
  name: "ringo", status: { code: 0, message: "ok" }, archive: [{ max: "00000001000000000000000A" }],
  backup: backups.map(({ label, stop, damaged }) => ({
    label, type: "full", archive: { start: "00000001000000000000000A" }, timestamp: { start: stop - 5, stop }, info: { size: 100, repository: { delta: 10 } }, error: damaged ?? false,
  })),
}];
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** The target and the backup that a restore would begin from, for many questions at once. */
const choose = (cases: { backups: Backup[]; time?: string; label?: string }[]): any[] => python(`[answer(lambda case=case: (lambda usable: (lambda target: {
  "kind": target[0], "backup": plan._backup(usable, *target).label})(
    plan._target(__import__("argparse").Namespace(time=case.get("time"), point=None, backup=case.get("label")), usable, times.of(10_000))))(
  repository.parse(case["info"], "ringo").usable)) for case in given]`, cases.map((each) => ({ ...each, info: info(each.backups) })));

const backups = fc.uniqueArray(fc.integer({ min: 100, max: 9_000 }), { minLength: 1, maxLength: 6 })
  .map((stops) => stops.map((stop) => ({ label: `B${stop}`, stop })));

test("a time is reached from the newest backup that had ended before it", () => {
  const cases = fc.sample(fc.tuple(backups, fc.integer({ min: 1, max: 9_999 })), 200).map(([all, seconds]) => ({ backups: all, time: iso(seconds), seconds }));
  choose(cases).forEach((answer, i) => {
    const { backups: all, seconds } = cases[i];
    const before = all.map(({ stop }) => stop).filter((stop) => stop < seconds);
    if (before.length === 0) expect(answer.refused).toMatch(/before the earliest time/);
    else expect(answer).toEqual({ kind: "time", backup: `B${Math.max(...before)}` });
  });
});

test("a damaged backup is none to begin from", () => {
  const [answer] = choose([{ backups: [{ label: "good", stop: 100 }, { label: "bad", stop: 200, damaged: true }], time: iso(300) }]);
  expect(answer.backup).toBe("good");
});

test("an unknown label is refused with those there are; a time to come with the time it is", () => {
  const all = [{ label: "one", stop: 100 }, { label: "two", stop: 200 }];
  const [label, future] = choose([{ backups: all, label: "three" }, { backups: all, time: iso(20_000) }]);
  expect(label.refused).toBe("there is no backup 'three'; there are: one, two");
  expect(future.refused).toBe("1970-01-01T05:33:20Z is in the future (now: 1970-01-01T02:46:40Z)");
});

test.each([["2026-11-24T09:30:00Z", "2026-11-24T09:30:00Z"], ["2026-11-24T12:30:00+03:00", "2026-11-24T09:30:00Z"], ["2026-11-24 09:30:00.5+00:00", "2026-11-24T09:30:00Z"]])(
  "%s is a time", (text, shown) => expect(python("times.show(times.parse(given))", text)).toBe(shown));

test.each(["2026-11-24T09:30:00", "2026-11-24", "yesterday", "", "09:30Z"])("%p is refused: no time, or none that is the same everywhere", (text) => {
  expect(python("answer(lambda: times.parse(given).isoformat())", text)).toHaveProperty("refused");
});

test("another end of recovery takes the place of the one that was planned, whole", () => {
  const ending = (call: string): string[] => python(`plan.Plan(kind="time", value=None, backup=None, moment=None, directory="", aside=False, free_bytes=0, lost=None,
    options=["--set=one", "--type=time", "--target=then", "--target-timeline=2", "--target-action=promote", "--repo=1"]).${call}.options`, null);
  expect(ending("newest()")).toEqual(["--set=one", "--target-timeline=2", "--repo=1", "--type=default"]);
  expect(ending('to("0/1")')).toEqual(["--set=one", "--target-timeline=2", "--repo=1", "--type=lsn", "--target=0/1", "--target-exclusive", "--target-action=promote"]);
});

test("trouble in S3 is a failure, and no empty list", () => {
  const trouble = [{ name: "ringo", status: { code: 99, message: "other" }, repo: [{ status: { code: 99, message: "[FormatError] key" } }], backup: [], archive: [] }];
  expect(python('answer(lambda: len(repository.parse(given, "ringo").backups))', trouble).failed).toMatch(/\[FormatError\] key/);
});

test("what S3 itself answers is said, rather than its headers", () => {
  const printed = "[ProtocolError] HTTP request failed with 403\n*** Response Content ***:\n<Error><Code>InvalidAccessKeyId</Code><Message>The key does not exist.</Message></Error>";
  expect(python("repository.reason(given)", printed)).toBe("    S3 answers InvalidAccessKeyId: The key does not exist.");
  expect(python("repository.reason(given)", "no route to host")).toBe("    no route to host");
});

test.each([
  "[CryptoError] unable to load info file '/backup/one/backup.info': CryptoError: unable to flush",
  "FormatError: key/value found outside of section at line 1: \ufffd\u0007BB{\ufffd@\nHINT: backup.info cannot be opened",
])("a wrong passphrase is named, and nothing that it made of the files is shown (%#)", (printed) => {
  expect(python("repository.reason(given)", printed)).toMatch(/^ {4}what is in the bucket cannot be deciphered: it was written with another cipher passphrase \(backupPassphrase\)[ -~]*$/);
});

describe("the history in force", () => {
  const at = (files: string[], timeline: number): string[] => python(`(lambda asked: [
    setattr(timelines, "attempt", lambda command, **_: (asked.extend(command), (0, json.dumps(given["files"]), ""))[1]),
    timelines.in_force(types.SimpleNamespace(stanza="ringo"), times.of(86_400), types.SimpleNamespace(timeline=given["timeline"])), asked])([])[1:]`,
  { files: Object.fromEntries(["17-1", ...files].map((name) => [name, { type: name.endsWith(".history") ? "file" : "path", time: 99_999 }])), timeline });

  test.each([
    ["the backup's, where none has begun since", [], 1, "1"],
    ["one that had begun by then, whatever the time that its file bears", ["17-1/00000002.history", "17-1/0000000A.history"], 2, "10"],
    ["the backup's, where files of older ones alone are there", ["17-1/00000002.history"], 3, "3"],
  ])("is %s", (_, files, timeline, expected) => {
    const [answer, asked] = at(files, timeline);
    expect(answer).toBe(expected);
    expect(asked).toContain("--repo-target-time=1970-01-02 00:00:00+00");
  });
});

describe("where a DROP DATABASE began", () => {
  const record = (manager: string, tx: number, lsn: string, desc: string): string =>
    `rmgr: ${manager.padEnd(11)} len (rec/tot):     53/  1033, tx: ${String(tx).padStart(10)}, lsn: ${lsn}, prev 0/0F002860, desc: ${desc}`;
  const mark = (tx: number, lsn: string) => record("Heap", tx, lsn, "INPLACE off: 7, blkref #0: rel 1664/0/1262 blk 0 FPW");
  const drop = (tx: number, lsn: string) => record("Database", tx, lsn, "DROP dir 1663/16385");
  const commit = (tx: number, lsn: string) => record("Transaction", tx, lsn, "COMMIT 2026-11-24 13:08:04.627528 UTC; dropped stats: 1/16385/0");
  const position = (lines: string[]) => python("drops.position(given)", lines);

  test("is its mark on the database's row", () => {
    expect(position([commit(7, "0/100"), mark(8, "0/200"), drop(8, "0/300"), commit(8, "0/400")])).toBe("0/200");
  });
  test("is not a vacuum's mark beside it", () => {
    expect(position([mark(8, "0/200"), mark(9, "0/250"), drop(8, "0/300"), commit(9, "0/350"), commit(8, "0/400")])).toBe("0/200");
  });
  test("is the mark alone where the files are still there", () => expect(position([commit(7, "0/100"), mark(8, "0/200")])).toBe("0/200"));
  test("is nowhere in other WAL", () => {
    expect(position([commit(7, "0/100"), record("Heap", 8, "0/200", "INPLACE off: 7, blkref #0: rel 1663/5/1259 blk 0"), "pg_waldump: error: could not find a valid record"])).toBeNull();
  });
});

test("counts are compared by table; an estimate is marked; what could not be asked is left out", () => {
  const compared = (before: unknown, after: unknown): string[] => python('counts.compared(given["before"], given["after"])', { before, after }).map((line: string) => line.trim().replace(/\s+/g, " "));
  expect(compared({ a: [3, true], b: [1, true], d: [5, true] }, { a: [3, true], b: [2, false], c: [9, true] })).toEqual(["a 3 3", "b 1 ~2 changed", "c - 9 back", "d 5 - gone"]);
  expect(compared(null, { a: [3, true] })).toEqual(["a 3"]);
});
