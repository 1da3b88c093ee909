import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { python } from "./python";

interface Backup { label: string; stop: number; damaged?: boolean; timeline?: number; lsn?: string }

/** As pgBackRest prints it. */
const info = (backups: Backup[]) => [{
  name: "ringo", status: { code: 0, message: "ok" }, archive: [{ id: "17-1", max: "00000001000000000000000A" }],
  backup: backups.map(({ label, stop, damaged, timeline = 1, lsn = "0/1" }) => ({
    label, type: "full", archive: { start: `0000000${timeline}000000000000000A` }, lsn: { start: "0/0", stop: lsn }, timestamp: { start: stop - 5, stop }, info: { size: 100, repository: { delta: 10 } }, error: damaged ?? false,
  })),
}];
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** The target and the backup that a restore would begin from, for many questions at once. */
const choose = (cases: { backups: Backup[]; time?: string; label?: string; history?: [number, Record<string, number>] }[]): any[] => python(`[answer(lambda case=case: (lambda usable: (lambda target: {
  "kind": target[0], "backup": plan._backup(usable, *target, (lambda number, left: timelines.History(number, {int(old): at for old, at in left.items()}))(*case.get("history", [1, {}]))).label})(
    plan._target(__import__("argparse").Namespace(time=case.get("time"), point=None, backup=case.get("label")), usable, times.of(10_000))))(
  repository.parse(case["info"], "ringo").usable)) for case in given]`, cases.map((each) => ({ ...each, info: info(each.backups) })));

const backups = fc.uniqueArray(fc.integer({ min: 100, max: 9_000 }), { minLength: 1, maxLength: 6 })
  .map((stops) => stops.map((stop) => ({ label: `B${stop}`, stop })));

test("a restore to a time starts from the newest backup that ended before it", () => {
  const cases = fc.sample(fc.tuple(backups, fc.integer({ min: 1, max: 9_999 })), 200).map(([all, seconds]) => ({ backups: all, time: iso(seconds), seconds }));
  choose(cases).forEach((answer, i) => {
    const { backups: all, seconds } = cases[i];
    const before = all.map(({ stop }) => stop).filter((stop) => stop + 1 <= seconds);
    if (before.length === 0) expect(answer.refused).toMatch(/before the earliest time/);
    else expect(answer).toEqual({ kind: "time", backup: `B${Math.max(...before)}` });
  });
});

test("a backup that ended within the same second may have ended after the time, since pgBackRest omits the fraction", () => {
  const all = [{ label: "before", stop: 100 }, { label: "within", stop: 200 }];
  expect(choose([{ backups: all, time: iso(200.9) }, { backups: all, time: iso(201) }]).map(({ backup }) => backup)).toEqual(["before", "within"]);
});

test("a damaged backup is not used", () => {
  const [answer] = choose([{ backups: [{ label: "good", stop: 100 }, { label: "bad", stop: 200, damaged: true }], time: iso(300) }]);
  expect(answer.backup).toBe("good");
});

test("an unknown label is refused with the known ones; a future time with the present one", () => {
  const all = [{ label: "one", stop: 100 }, { label: "two", stop: 200 }];
  const [label, future] = choose([{ backups: all, label: "three" }, { backups: all, time: iso(20_000) }]);
  expect(label.refused).toBe("there is no backup 'three'; there are: one, two");
  expect(future.refused).toBe("1970-01-01T05:33:20Z is in the future (now: 1970-01-01T02:46:40Z)");
});

test.each([["2026-11-24T09:30:00Z", "2026-11-24T09:30:00Z"], ["2026-11-24T12:30:00+03:00", "2026-11-24T09:30:00Z"], ["2026-11-24 09:30:00.5+00:00", "2026-11-24T09:30:00Z"]])(
  "%s is a time", (text, shown) => expect(python("times.show(times.parse(given))", text)).toBe(shown));

test.each(["2026-11-24T09:30:00", "2026-11-24", "yesterday", "", "09:30Z"])("%p is refused: not a time, or not the same everywhere", (text) => {
  expect(python("answer(lambda: times.parse(given).isoformat())", text)).toHaveProperty("refused");
});

test("a restore test is planned beside the running database, to the newest state; what fills a new volume, in place", () => {
  const planned = (...argv: string[]): any => python("vars(main.parser().parse_args(given))", argv);
  expect(planned("test")).toMatchObject({ aside: true, time: null, point: null, backup: null, repository_time: null });
  expect(planned("initialize", "--time", "2026-11-24T09:30:00Z")).toMatchObject({ aside: false, time: "2026-11-24T09:30:00Z" });
});

describe("room on the volume", () => {
  const mebi = 1024 ** 2;
  /** What is free, of what; how long the way is, or none for the backup alone; what the running server keeps of its WAL; what an interrupted restore has left. */
  const made = (given: { free: number; volume: number; segments: number | null; most: number; data?: string }): any => python(`answer(lambda: (
    setattr(repository, "info", lambda *_: repository.parse(given["info"], "ringo")), setattr(timelines, "in_force", lambda *_: timelines.History(1, {})),
    setattr(plan, "running", lambda: False), setattr(wal, "most", lambda _: given["most"] * 1024 ** 2),
    setattr(plan.files, "free", lambda _: given["free"] * 1024 ** 2), setattr(plan.files, "whole", lambda _: given["volume"] * 1024 ** 2),
    setattr(course.Course, "way", lambda *_: course.Way(given["segments"], None)),
    plan.make(types.SimpleNamespace(stanza="ringo", cluster=types.SimpleNamespace(data=given.get("data", "/srv/data/main"))), types.SimpleNamespace(
      time=None, point=None, backup="one" if given["segments"] is None else None, repository_time=None, aside=True)).free_bytes)[-1])`,
    { ...given, info: info([{ label: "one", stop: 100, lsn: "0/A000010" }]).map((each) => ({ ...each, backup: each.backup.map((backup) => ({ ...backup, info: { ...backup.info, size: 100 * mebi } })) })) });
  /** That this many MiB are enough, and one less is not. */
  const needs = (mebibytes: number, given: { volume: number; segments: number | null; most: number }): void => {
    expect(made({ ...given, free: mebibytes })).toBe(mebibytes * mebi);
    expect(made({ ...given, free: mebibytes - 1 }).refused).toMatch(/has .* free, but this needs/);
  };

  test("a copy of which only the files fit is refused: its replayed WAL would take the running database's room", () => {
    needs(110 + 20 * 16 + 512, { volume: 5120, segments: 20, most: 1024 });
  });
  test("it stores no more WAL than its own limit and what is between two checkpoints", () => needs(110 + 256 + 1024 + 512, { volume: 5120, segments: 10_000, most: 1024 }));
  test("it leaves the room that the running database's WAL may grow to", () => needs(110 + 16 + 1024, { volume: 1_000_000, segments: 1, most: 1024 }));
  test("a backup has its own WAL", () => needs(110 + 16 + 512, { volume: 5120, segments: null, most: 1024 }));

  test("unfinished directories count as free, since they are removed first: a stopped restore test takes no room", () => {
    const volume = mkdtempSync(join(tmpdir(), "ringo-plan-"));
    try {
      for (const name of ["main.aside-1", "main.aside-2"]) {
        mkdirSync(join(volume, name));
        writeFileSync(join(volume, name, "table"), Buffer.alloc(mebi, 1));
      }
      writeFileSync(join(volume, "main.aside-2.unfinished"), "");
      const given = { volume: 5120, segments: 20, most: 1024, data: join(volume, "main") };
      expect(made({ ...given, free: 110 + 20 * 16 + 512 - 1 })).toBeGreaterThanOrEqual((110 + 20 * 16 + 512) * mebi);
      expect(made({ ...given, free: 110 + 20 * 16 + 512 - 2 }).refused).toMatch(/has .* free, but this needs/);
    } finally {
      rmSync(volume, { recursive: true });
    }
  });
});

test("another end of recovery replaces the planned one completely", () => {
  const ending = (call: string): string[] => python(`plan.Plan(kind="time", value=None, backup=None, moment=None, directory="", course=None, gap=None, then=None, aside=False, free_bytes=0, lost=None,
    options=["--set=one", "--type=time", "--target=then", "--target-timeline=2", "--target-action=promote", "--repo=1"]).${call}.options`, null);
  expect(ending("newest()")).toEqual(["--set=one", "--target-timeline=2", "--repo=1", "--type=default"]);
  expect(ending('to("0/1")')).toEqual(["--set=one", "--target-timeline=2", "--repo=1", "--type=lsn", "--target=0/1", "--target-exclusive", "--target-action=promote"]);
});

test("an error of S3 is a failure, not an empty list", () => {
  const trouble = [{ name: "ringo", status: { code: 99, message: "other" }, repo: [{ status: { code: 99, message: "[FormatError] key" } }], backup: [], archive: [] }];
  expect(python('answer(lambda: len(repository.parse(given, "ringo").backups))', trouble).failed).toMatch(/\[FormatError\] key/);
});

test("an error is reported although pgBackRest's JSON is invalid, with raw line ends in the message", () => {
  const printed = '[{"name":"ringo","status":{"code":99,"message":"other"},"repo":[{"status":{"code":99,"message":"[ProtocolError]\nno such bucket"}}],"backup":[],"archive":[]}]';
  expect(python('answer(lambda: (setattr(repository, "ask", lambda *_: given), repository.info(types.SimpleNamespace(stanza="ringo"))))', printed).failed).toMatch(/no such bucket/);
});

test.each([[0, true], [1, false], [2, true], [3, false]])("status %i tells whether the stanza exists: %s", (code, exists) => {
  expect(python('repository.parse(given, "ringo").exists', [{ name: "ringo", status: { code }, backup: [], archive: [] }])).toBe(exists);
});

test("a command meant for another stack's machine is refused", () => {
  const asked = (stanza: string | null) => python('answer(lambda: repository.own_stanza(types.SimpleNamespace(stanza="ringo-staging-data"), given))', stanza);
  expect([null, "ringo-staging-data"].map(asked)).toEqual([null, null]);
  expect(asked("ringo-production-data").refused).toContain("is not this machine's stanza, which is ringo-staging-data");
});

test("S3's own answer is printed, rather than its headers", () => {
  const printed = "[ProtocolError] HTTP request failed with 403\n*** Response Content ***:\n<Error><Code>InvalidAccessKeyId</Code><Message>The key does not exist.</Message></Error>";
  expect(python("repository.reason(given)", printed)).toBe("    S3 answers InvalidAccessKeyId: The key does not exist.");
  expect(python("repository.reason(given)", "no route to host")).toBe("    no route to host");
});

test.each([
  "[CryptoError] unable to load info file '/backup/one/backup.info': CryptoError: unable to flush",
  "FormatError: key/value found outside of section at line 1: \ufffd\u0007BB{\ufffd@\nHINT: backup.info cannot be opened",
])("a wrong passphrase is reported as such, without the garbage that it decrypts (%#)", (printed) => {
  expect(python("repository.reason(given)", printed)).toMatch(/^ {4}the bucket's content cannot be decrypted: it was written with another cipher passphrase \(backupPassphrase\)[ -~]*$/);
});

test("a backup of a timeline made after a restore left it is not used", () => {
  const all = [{ label: "shared", stop: 100, lsn: "0/100" }, { label: "abandoned", stop: 200, lsn: "1/10" }, { label: "second", stop: 300, lsn: "0/900", timeline: 2 }, { label: "of 3", stop: 400, lsn: "0/400", timeline: 3 }];
  const third: [number, Record<string, number>] = [3, { 1: 0x200, 2: 0x300 }];
  const [newest, time, early, onlySecond, none] = choose([
    { backups: all, history: third },
    { backups: all, time: iso(350), history: [2, { 1: 0x200 }] },
    { backups: all.slice(0, 3), time: iso(350), history: third },
    { backups: all.slice(0, 3), history: third },
    { backups: all.slice(1, 3), history: third },
  ]);
  expect([newest.backup, time.backup, early.backup, onlySecond.backup]).toEqual(["of 3", "second", "shared", "shared"]);
  expect(none.refused).toMatch(/made on a timeline that a later restore left[^]*backup full/);
});

describe("the current timeline", () => {
  const at = (files: Record<string, string>, then: string | null): [number, Record<string, number>, string[]] => python(`(lambda asked: [
    setattr(repository, "attempt", lambda command, **_: (asked.append(command), (0, json.dumps(
      {name: {"type": "file", "time": 99_999} for name in [*given["files"], "."]}) if "repo-ls" in command else given["files"][command[-3 if given["then"] else -1].split("/")[-1]], ""))[1]),
    (lambda history: [history.timeline, history.left, asked])(timelines.in_force(types.SimpleNamespace(stanza="ringo"), "archive/ringo/17-1", given["then"]))])([])[1]`,
  { files, then });
  const second = "1\t0/1500000\tbefore 2026-11-24 13:08:04.627528+00\n";

  test("is the first, if no other has begun", () => expect(at({}, null).slice(0, 2)).toEqual([1, {}]));

  test("is the newest, with all its ancestors", () => {
    const [timeline, left, asked] = at({ "00000002.history": second, "0000000A.history": `${second}\n2\t16/B374D848\tno recovery target specified\n` }, null);
    expect([timeline, left]).toEqual([10, { 1: 0x1500000, 2: 0x16b374d848 }]);
    expect(asked.map((command) => command.slice(2, 4))).toEqual([["repo-ls", "archive/ringo/17-1"], ["repo-get", "archive/ringo/17-1/0000000A.history"]]);
  });

  test("is that of the requested time, whatever the files' times", () => {
    const [timeline, , asked] = at({ "00000002.history": second }, "1970-01-02 00:00:00+00");
    expect(timeline).toBe(2);
    for (const command of asked) expect(command).toEqual(expect.arrayContaining(["--repo=1", "--repo-target-time=1970-01-02 00:00:00+00"]));
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
  test("is the mark alone if the files still exist", () => expect(position([commit(7, "0/100"), mark(8, "0/200")])).toBe("0/200"));
  test("is nowhere in other WAL", () => {
    expect(position([commit(7, "0/100"), record("Heap", 8, "0/200", "INPLACE off: 7, blkref #0: rel 1663/5/1259 blk 0"), "pg_waldump: error: could not find a valid record"])).toBeNull();
  });
});

test("counts are compared by table; estimates are marked; unknown ones are left out", () => {
  const compared = (before: unknown, after: unknown): string[] => python('counts.compared(given["before"], given["after"])', { before, after }).map((line: string) => line.trim().replace(/\s+/g, " "));
  expect(compared({ a: [3, true], b: [1, true], d: [5, true] }, { a: [3, true], b: [2, false], c: [9, true] })).toEqual(["a 3 3", "b 1 ~2 changed", "c - 9 back", "d 5 - gone"]);
  expect(compared(null, { a: [3, true] })).toEqual(["a 3"]);
});

test("a restore's plan says what will be lost: everything written since the moment", () => {
  const [said, told] = python(`(lambda settings, made: [list(plan.lines(settings, made)), plan.as_json(settings, made)["lost"]])(
    types.SimpleNamespace(cluster=types.SimpleNamespace(data="/nonexistent/main")), plan.Plan(kind="time", value=None, backup=repository.parse(given, "ringo").usable[0],
    moment=times.of(1000), directory="", options=[], course=None, gap=None, then=None, aside=False, free_bytes=0, lost=(times.of(1000), times.of(4600))))`, info([{ label: "one", stop: 100 }]));
  const [from, to] = ["1970-01-01T00:16:40Z", "1970-01-01T01:16:40Z"];
  expect(said).toContain(`  writes from ${from} to ${to} will be gone from the database`);
  expect(told).toEqual({ from, to });
});

test("a missing database has no tables, so its restore can begin", () => {
  const counted = (there: string[]): string[] => python(`(
    setattr(counts, "psql", lambda sql, database="postgres", *_, **__: "\\n".join(given) if "pg_database" in sql else '[[1, "public.orders"]]' if "json_agg" in sql else "3\\tt" if database in given else 1 / 0),
    sorted(counts.rows(["ringo"])))[1]`, there);
  expect(counted(["postgres", "ringo"])).toEqual(["ringo.public.orders"]);
  expect(counted(["postgres"])).toEqual([]);
});
