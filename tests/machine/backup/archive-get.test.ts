import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = join(__dirname, "../../../machine/backup/archive-get.sh");

/** A recovery's answer if pgBackRest exits with these statuses one after the other, repeating the last. */
const answered = (...endings: number[]) => answeredAsOf("", "00000002.history", ...endings);

/** The same with the bucket as of a time. */
const answeredAsOf = (then: string, file: string, ...endings: number[]) => answeredOn(1_000_000, then, file, ...endings);

/** The same on a volume with so many KiB free. */
function answeredOn(free: number, then: string, file: string, ...endings: number[]) {
  const bin = mkdtempSync(join(tmpdir(), "ringo-archive-"));
  const command = (name: string, body: string) => { writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`); chmodSync(join(bin, name), 0o755); };
  command("pgbackrest", `echo "$*" >> ${bin}/asked; set -- ${endings.join(" ")}; n=$(wc -l < ${bin}/asked); while [ "$n" -gt 1 ] && [ $# -gt 1 ]; do shift; n=$((n - 1)); done; exit "$1"`);
  command("sleep", `echo "$1" >> ${bin}/slept`);
  command("df", `[ "$*" = "--output=avail -k pg_wal" ] && printf '    Avail\n%s\n' ${free}`);
  writeFileSync(join(bin, "slept"), "");
  const { status, stderr } = spawnSync("sh", [script, "ringo-test-data", file, "pg_wal/RECOVERYHISTORY", then, "--pg1-path=/srv/data/other"], {
    encoding: "utf8", env: { PATH: `${bin}:/usr/bin:/bin` },
  });
  const read = (name: string) => readFileSync(join(bin, name), "utf8").trim().split("\n").filter(Boolean);
  const [asked, slept] = [read("asked"), read("slept").map(Number)];
  rmSync(bin, { recursive: true });
  return { status, stderr, asked, slept };
}

test("an existing file is fetched, and a missing one reported, at once", () => {
  expect(answered(0)).toMatchObject({ status: 0, slept: [], asked: ["--stanza=ringo-test-data --pg1-path=/srv/data/other archive-get 00000002.history pg_wal/RECOVERYHISTORY"] });
  expect(answered(1)).toMatchObject({ status: 1, slept: [] });
});

test.each([49, 82, 103, 137])("an error (%i) is retried", (error) => {
  expect(answered(error, error, 0)).toMatchObject({ status: 0, slept: [1, 2] });
  expect(answered(error, 1)).toMatchObject({ status: 1, slept: [1] });
});

test("after giving up it aborts the recovery, as exit statuses above 125 do, rather than ending the WAL", () => {
  const { status, stderr, slept } = answered(49);
  expect([status, stderr]).toEqual([255, expect.stringMatching(/00000002\.history: cannot be fetched from S3 \(exit 49\)/)]);
  expect(slept.reduce((a, b) => a + b)).toBeGreaterThan(100);
});

test("on a volume without room for a segment it does not wait, and does not end the WAL", () => {
  expect(answeredOn(16_383, "", "000000010000000000000005", 64)).toMatchObject({ status: 255, slept: [], stderr: expect.stringContaining("no room on the volume (exit 64)") });
  expect(answeredOn(16_384, "", "000000010000000000000005", 64, 0)).toMatchObject({ status: 0, slept: [1] });
  expect(answeredOn(0, "", "000000010000000000000005", 1)).toMatchObject({ status: 1, slept: [] });
});

describe("in the bucket as it was", () => {
  const then = "2026-11-24 09:30:00+00";
  const asked = (file: string, asOf: boolean) => `--stanza=ringo-test-data ${asOf ? `--repo=1 --repo-target-time=${then} ` : ""}--pg1-path=/srv/data/other archive-get ${file} pg_wal/RECOVERYHISTORY`;

  test("WAL is as it was then", () => {
    const segment = "000000010000000000000005";
    expect(answeredAsOf(then, segment, 0)).toMatchObject({ status: 0, asked: [asked(segment, true)] });
    expect(answeredAsOf(then, segment, 1)).toMatchObject({ status: 1, asked: [asked(segment, true)] });
  });

  test("a timeline exists if it existed then or does now, since its number is taken", () => {
    const history = "00000002.history";
    expect(answeredAsOf(then, history, 0)).toMatchObject({ status: 0, asked: [asked(history, false)] });
    expect(answeredAsOf(then, history, 1, 0)).toMatchObject({ status: 0, asked: [asked(history, false), asked(history, true)] });
    expect(answeredAsOf(then, history, 1)).toMatchObject({ status: 1 });
    expect(answeredAsOf(then, history, 49, 0)).toMatchObject({ status: 0, slept: [1], asked: [asked(history, false), asked(history, false)] });
  });
});

test("it passes shellcheck", () => expect(spawnSync("shellcheck", [script], { encoding: "utf8" }).stdout).toBe(""));
