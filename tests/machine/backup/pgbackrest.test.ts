import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupTool, originCommand } from "../../../machine/backup";
import { archiving } from "../../../machine/backup/pgbackrest";
import { backups } from "../../../machine/monitoring/alerts/backups";
import type { Stack } from "../../../machine/monitoring/alerts/rule";
import type { Fragment } from "../../../machine/state";
import { content } from "../fragment";
import { database, media, repository } from "./samples";

const conf = (fragment: Fragment): string => content(fragment, "/etc/pgbackrest/pgbackrest.conf");

test("no secret is outside files for root and the server", () => {
  for (const fragment of [database(), media()]) {
    const open = fragment.files!.filter((file) => !(file.secret && /^06[04]0$/.test(file.mode!)));
    expect(JSON.stringify({ ...fragment, secrets: [], files: open })).not.toContain("made-up");
    expect(fragment.secrets).toEqual(expect.arrayContaining(["made-up-secret", "made-up-passphrase"]));
  }
});

test("nothing leaves the machine unencrypted, and WAL leaves it within a minute", () => {
  expect(conf(database())).toMatch(/^repo1-cipher-type=aes-256-cbc$/m);
  expect(conf(database())).not.toMatch(/verify-tls=n|storage-verify/);
  expect(archiving("x")).toMatchObject({ archive_mode: "on", archive_timeout: "60s", archive_command: "pgbackrest --stanza=x archive-push %p" });
});

test("backups are kept for the configured days, and WAL waiting for S3 is limited on the volume", () => {
  const told = (fragment: Fragment, path: string) => Object.fromEntries(content(fragment, path).split("\n").filter((line) => line.includes("=")).map((line) => line.split("=", 2)));
  // Without a kind it would be a number of backups, and without a figure none would ever go.
  expect(told(database({ retentionDays: 12, queueMaxMiB: 700 }), "/etc/pgbackrest/pgbackrest.conf")).toMatchObject({
    "repo1-retention-full-type": "time", "repo1-retention-full": "12", "archive-async": "y", "archive-push-queue-max": "700MiB",
  });
  expect(told(media(), "/etc/ringo/restic.env")).toMatchObject({ RINGO_KEEP_DAYS: "30" });
});

test("pgBackRest itself reports that S3 is down, before the step times out", () => {
  const [, seconds] = /^io-timeout=(\d+)$/m.exec(conf(database()))!;
  const { timeoutSeconds } = database().steps!.find(({ name }) => name === "WAL arrives in S3")!;
  expect(Number(seconds) * 9).toBeLessThan(timeoutSeconds!); // it tries for nine times as long
});

test("a backup begins at once, not with PostgreSQL's next checkpoint, minutes later", () => expect(conf(database())).toMatch(/^start-fast=y$/m));

test("the endpoint uses the bucket's host name with AWS, otherwise path and port", () => {
  expect(conf(database())).toMatch(/repo1-s3-endpoint=s3\.eu-central-1\.amazonaws\.com\n(?!repo1-storage-port)[^]*uri-style=host/);
  expect(conf(database({ repository: { ...repository, endpoint: "https://s3.ringo.test:7070", pathStyle: true } }))).toMatch(
    /repo1-s3-endpoint=s3\.ringo\.test\nrepo1-storage-port=7070\n[^]*uri-style=path/);
});

test("a value of two lines is refused, since it would be a setting of its own", () => {
  expect(() => database({ passphrase: "a\nrepo1-cipher-type=none" })).toThrow(/more than one line/);
});

test.each([1, 2, 3, 4, 6, 8, 12])("every %i hours there is a backup, the full one at two, never two at once", (every) => {
  const calendar = (unit: string) => /OnCalendar=(.*)/.exec(content(database({ incrementalEveryHours: every }), `/etc/systemd/system/${unit}.timer`))![1];
  expect(calendar("ringo-backup@full")).toBe("*-*-* 02:00:00 UTC");
  expect(calendar("ringo-restore-test")).toBe("Sun *-*-* 05:00:00 UTC");
  const hours = /^\*-\*-\* ([\d,]+):00:00 UTC$/.exec(calendar("ringo-backup@incr"))![1].split(",").map(Number);
  expect(hours).toHaveLength(24 / every - 1);
  expect(hours).not.toContain(2);
  for (const hour of hours) expect((hour - 2 + 24) % every).toBe(0);
});

test("each is due before an alert reports it missing", () => {
  const files = [...database().files!, ...media().files!];
  /** Seconds between one run and the next, at most. */
  const between = (unit: string): number => {
    const timer = files.find(({ path }) => path === `/etc/systemd/system/${unit}.timer`)!.content;
    const { stdout } = spawnSync("systemd-analyze", ["calendar", "--iterations=2", /OnCalendar=(.*)/.exec(timer)![1]!], { encoding: "utf8", env: { ...process.env, LC_ALL: "C", TZ: "UTC" } });
    const [first, second] = stdout.match(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g)!.map((text) => Date.parse(text));
    return (second! - first!) / 1000;
  };
  const told = (name: string): number => {
    const { above, forSeconds } = backups({ patience: (seconds: number) => seconds } as Stack).alerts.find((each) => each.name === name)!;
    return above ?? forSeconds!;
  };
  for (const [unit, alert] of [["ringo-backup@full", "BackupOld"], ["ringo-restore-test", "RestoreTestOld"], ["ringo-backup-status", "BackupStatusStale"], ["ringo-media-backup", "MediaBackupOld"], ["ringo-media-backup", "MediaBackupMissing"]] as const) {
    expect([unit, alert, between(unit) < told(alert)]).toEqual([unit, alert, true]);
  }
});

test("the restore test has its directory in /run, which each boot empties, and leaves others there alone", () => {
  const unit = content(database(), "/etc/systemd/system/ringo-restore-test.service");
  expect(unit).toMatch(/^RuntimeDirectory=ringo-restore\nRuntimeDirectoryMode=0711\nRuntimeDirectoryPreserve=yes$/m);
});

test("a hanging snapshot of the media files costs two or three of the hourly ones, not a whole day's", () => {
  const [, hours] = /^TimeoutStartSec=(\d+)h$/m.exec(content(media(), "/etc/systemd/system/ringo-media-backup.service"))!;
  expect(Number(hours)).toBeLessThanOrEqual(2);
  expect(content(database(), "/etc/systemd/system/ringo-backup@.service")).toMatch(/^TimeoutStartSec=12h$/m);
});

test("a stopped run, as for a restore, has not failed, so nobody is alerted", () => {
  for (const unit of ["ringo-backup@", "ringo-restore-test"]) expect(content(database(), `/etc/systemd/system/${unit}.service`)).toMatch(/^SuccessExitStatus=SIGTERM$/m);
  expect(content(media(), "/etc/systemd/system/ringo-media-backup.service")).toMatch(/^SuccessExitStatus=SIGTERM$/m);
});

test("systemd accepts the units", () => {
  const directory = mkdtempSync(join(tmpdir(), "ringo-units-"));
  try {
    const units = [...database().files!, ...media().files!].filter(({ path }) => path.startsWith("/etc/systemd/system/"));
    expect(units.length).toBeGreaterThan(8);
    const paths = units.map(({ path, content: text }) => {
      const file = join(directory, path.slice(path.lastIndexOf("/") + 1));
      writeFileSync(file, text.replace(/^ExecStart=\S+/m, "ExecStart=/bin/true"));
      return file.replace("@.", "@full.");
    });
    writeFileSync(join(directory, "postgresql@17-main.service"), "[Service]\nExecStart=/bin/true\n");
    const verified = spawnSync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", ...new Set(paths)], {
      encoding: "utf8", env: { ...process.env, SYSTEMD_UNIT_PATH: `${directory}:` },
    });
    expect([verified.status, verified.stderr.split("\n").filter((line) => line.includes(directory))]).toEqual([0, []]);
    for (const { content: text } of units) {
      const [, calendar] = /^OnCalendar=(.*)$/m.exec(text) ?? [];
      if (calendar) expect(spawnSync("systemd-analyze", ["calendar", calendar]).status).toBe(0);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a new database needs a bucket without one; a restore has its time", () => {
  expect(originCommand(undefined)).toBe("/usr/local/sbin/ringo-backup vacant");
  expect(originCommand("latest")).toBe("/usr/local/sbin/ringo-backup initialize");
  expect(originCommand("2026-11-24T09:30:00Z")).toBe("/usr/local/sbin/ringo-backup initialize --time 2026-11-24T09:30:00Z");
  expect(media("latest").steps!.map((step) => step.command)).toContain("/usr/local/sbin/ringo-backup media initialize");
  expect(media().steps!.map((step) => step.command).join()).not.toContain("initialize");
});

test("media files are restored only into an empty directory, however often a restore is requested", () => {
  const { unless } = media("latest").steps!.find(({ command }) => command.includes("media initialize"))!;
  const directory = mkdtempSync(join(tmpdir(), "ringo-media-"));
  const done = (): boolean => spawnSync("sh", ["-c", unless!.replace("/srv/data/shared/media", directory)]).status === 0;
  try {
    expect(done()).toBe(false);
    writeFileSync(join(directory, "receipt.pdf"), "");
    expect(done()).toBe(true);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("the tool is installed completely, and validates its command line", () => {
  const tool = backupTool({ stanza: "ringo-test-data", dataDirectory: "/srv/data/postgresql/17/main", databases: ["ringo"], media: "/srv/data/shared/media" });
  const root = mkdtempSync(join(tmpdir(), "ringo-tool-"));
  try {
    const library = join(root, "backup");
    spawnSync("mkdir", ["-p", library]);
    for (const file of tool.files!.filter(({ path }) => path.endsWith(".py"))) writeFileSync(join(library, file.path.slice(file.path.lastIndexOf("/") + 1)), file.content);
    const launcher = content(tool, "/usr/local/sbin/ringo-backup").replace("/usr/local/lib/ringo", root);
    const asked = (...argv: string[]) => spawnSync("/usr/bin/python3", ["-c", launcher, ...argv], { encoding: "utf8" });
    expect(asked("--help").stdout).toMatch(/list[^]*restore[^]*media/);
    expect(asked("restore", "--time", "a", "--point", "b")).toMatchObject({ status: 2, stderr: expect.stringMatching(/not allowed with argument/) });
    expect(asked("nonsense").status).toBe(2);
  } finally {
    rmSync(root, { recursive: true });
  }
});
