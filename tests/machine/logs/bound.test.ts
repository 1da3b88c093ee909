import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";

const program = join(__dirname, "../../../machine/logs/bound.py");
let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ringo-bound-")); mkdirSync(join(root, "chunks")); });
afterEach(() => rmSync(root, { recursive: true }));

/** Hours that lines are kept for, after one look. */
function look(bytes: number, days = 90): number {
  writeFileSync(join(root, "settings.json"), JSON.stringify({
    data: join(root, "chunks"), overrides: join(root, "overrides.json"), metrics: join(root, "logs.prom"), days, bytes, owner: process.getuid!(),
  }));
  execFileSync("/usr/bin/python3", ["-IB", program, join(root, "settings.json")]);
  const { overrides } = JSON.parse(readFileSync(join(root, "overrides.json"), "utf8"));
  // Without an override Loki keeps what it was asked to.
  const kept = overrides.fake === undefined ? days * 24 : parseInt(overrides.fake.retention_period, 10);
  expect(readFileSync(join(root, "logs.prom"), "utf8")).toContain(`ringo_logs_kept_seconds ${kept * 3600}\n`);
  return kept;
}

const chunk = (name: string, kib: number, daysOld: number) => {
  const path = join(root, "chunks", name);
  writeFileSync(path, Buffer.alloc(kib * 1024, 1));
  const at = Date.now() / 1000 - daysOld * 86400;
  utimesSync(path, at, at);
};

test("with enough room lines are kept for the configured time", () => {
  chunk("a", 64, 80);
  expect(look(1024 ** 2)).toBe(90 * 24);
});

test("a longer retention applies at once, unless it is shortened for lack of room", () => {
  chunk("a", 64, 5);
  expect([look(1024 ** 2, 7), look(1024 ** 2, 90)]).toEqual([7 * 24, 90 * 24]);
  expect(look(64 * 1024, 7)).toBeLessThan(5 * 24);
  expect(look(1024 ** 2, 90)).toBeLessThan(7 * 24);
});

test("without room the oldest days are dropped, and the time grows again when there is room", () => {
  chunk("a", 64, 10);
  const shorter = look(64 * 1024);
  expect(shorter).toBeLessThan(10 * 24);
  expect(look(64 * 1024)).toBeLessThan(shorter);
  const kept = look(64 * 1024);
  expect(look(1024 ** 2)).toBeGreaterThan(kept);
});

test("a chunk that Loki removes meanwhile is not counted", () => {
  chunk("a", 64, 10);
  symlinkSync("gone", join(root, "chunks", "b")); // found, but gone when it is read
  expect(look(64 * 1024)).toBeLessThan(10 * 24);
});

test("never more than configured, never less than a day, and unchanged if there is neither too little nor much room", () => {
  const ask = (now: number, most: number, used: number, allowed: number): number => Number(execFileSync("/usr/bin/python3", ["-IBc",
    `import runpy; print(runpy.run_path(${JSON.stringify(program)})["hours"](${now}, ${most}, ${used}, ${allowed}))`], { encoding: "utf8" }));
  fc.assert(fc.property(fc.integer({ min: 24, max: 9000 }), fc.integer({ min: 24, max: 9000 }), fc.integer({ min: 0, max: 2000 }), (now, most, used) => {
    const hours = ask(now, most, used, 1000);
    expect(hours).toBeGreaterThanOrEqual(24);
    expect(hours).toBeLessThanOrEqual(most);
    if (used >= 700 && used <= 900 && now <= most) expect(hours).toBe(now);
  }), { numRuns: 30 });
});
