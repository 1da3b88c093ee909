import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** `ringo-backup media`, as anybody, over a repository of restic's own (Debian's `restic`, which `toolchain/bootstrap.sh` installs) in a directory. */
const program = `
import contextlib, sys
sys.path.insert(0, sys.argv[1])
from backup import main, media, schedule, settings
from backup.shell import Failure, Refusal
schedule.paused = lambda *_: contextlib.nullcontext()
try:
    sys.exit(media.run(settings.Settings("", None, [], sys.argv[2]), main.parser().parse_args(["media", *sys.argv[3:]])))
except Failure as failure:
    print(failure, file=sys.stderr)
    sys.exit(2 if isinstance(failure, Refusal) else 1)
`;

let made: string;
let root: string;
let repository: string;
let files: string;
/** Killed after each test, with their children. */
let running: ChildProcess[];

/** In a folder: a repository, the media files, and all that the program reads and writes besides. */
const variables = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env, RESTIC_REPOSITORY: join(folder, "repository"), RESTIC_PASSWORD_FILE: join(folder, "passphrase"), RESTIC_CACHE_DIR: join(folder, "cache"),
  RINGO_RESTIC: join(folder, "restic.env"), RINGO_KEEP_DAYS: "30", RINGO_METRICS: join(folder, "metrics"), RINGO_BACKUP_LOCK: join(folder, "lock"),
});
const command = (...argv: string[]) => ["-IBc", program, join(__dirname, "../../../machine"), files, ...argv];
const media = (...argv: string[]) => {
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", command(...argv), { encoding: "utf8", env: variables(root) });
  return { status, stdout, stderr };
};
const count = (): number => (JSON.parse(media("list", "--json").stdout) as unknown[]).length;

beforeAll(() => {
  made = mkdtempSync(join(tmpdir(), "ringo-restic-"));
  for (const [name, content] of [["passphrase", "made-up\n"], ["restic.env", ""]]) writeFileSync(join(made, name!), content!);
  [root, files] = [made, join(made, "media")];
  mkdirSync(files);
  writeFileSync(join(files, "receipt.pdf"), "paid");
  for (const argv of [["init"], ["backup", "--host", "media", "--time", "2026-11-24 09:00:00", files]]) {
    const { status, stderr } = spawnSync("restic", argv, { encoding: "utf8", env: { ...variables(made), TZ: "UTC" } });
    expect([status, stderr]).toEqual([0, ""]);
  }
});
afterAll(() => rmSync(made, { recursive: true }));
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ringo-restic-"));
  cpSync(made, root, { recursive: true });
  [repository, files, running] = [join(root, "repository"), join(root, "media"), []];
});
afterEach(() => {
  for (const { pid } of running) spawnSync("kill", ["-KILL", "--", `-${pid}`]);
  rmSync(root, { recursive: true });
});

const start = (program: string, argv: string[], environment = variables(root), stdin: "ignore" | "pipe" = "ignore"): ChildProcess => {
  const child = spawn(program, argv, { env: environment, detached: true, stdio: [stdin, "ignore", "ignore"] });
  running.push(child);
  return child;
};
const until = async (what: () => boolean): Promise<void> => {
  for (const end = Date.now() + 20_000; !what(); await pause(5)) if (Date.now() > end) throw new Error("waited in vain");
};

/**
 * A lock in the repository of a restic that is stopped for good: to another it is one that lives. So it is for half an hour with a lock that a lost
 * machine has left, and with one whose number a process of the new machine has by chance.
 */
const locked = async (...argv: string[]): Promise<string[]> => {
  const restic = start("restic", argv);
  const held = () => readdirSync(join(repository, "locks")).filter((name) => /^[0-9a-f]{64}$/.test(name));
  await until(() => held().length > 0);
  process.kill(-restic.pid!, "SIGSTOP");
  return held();
};
const prune = ["forget", "--keep-last", "1", "--prune"]; // whose lock is exclusive
const backup = ["backup", "--stdin", "--stdin-filename", "x"];

test.each([["a prune", prune], ["a backup", backup]])("a lock that %s left does not prevent the next snapshot and its prune", async (_, argv) => {
  const left = await locked(...argv);
  writeFileSync(join(files, "second.pdf"), "paid, too");
  expect(media("backup")).toMatchObject({ status: 0, stderr: "" });
  expect(readdirSync(join(repository, "locks"))).not.toEqual(expect.arrayContaining(left));
  expect(count()).toBe(2);
  expect(readFileSync(join(root, "metrics/ringo_media_backup.prom"), "utf8")).toMatch(/^ringo_media_backup_success 1$/m);
});

test("a lost machine's lock does not prevent listing, filling an empty directory or restoring, and stays until the next write", async () => {
  const left = await locked(...prune);
  expect(media("prepare")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(media("list").stdout).toMatch(/^[0-9a-f]{8} {2}2026-11-24T09:00:00Z/);
  rmSync(join(files, "receipt.pdf"));
  expect(media("initialize")).toMatchObject({ status: 0, stdout: expect.stringContaining("the media files of 2026-11-24T09:00:00Z are restored") });
  expect(media("restore", "--yes")).toMatchObject({ status: 0, stderr: "" });
  expect(readdirSync(join(repository, "locks"))).toEqual(left);
});

test("an empty directory is filled with the newest snapshot before a time; if there is none, it stays empty and the stack comes up", () => {
  rmSync(join(files, "receipt.pdf"));
  expect(media("initialize", "--time", "2026-11-24T08:59:59Z")).toEqual({
    status: 0, stderr: "", stdout: expect.stringMatching(/^warning: there is no snapshot of the media files before 2026-11-24T08:59:59Z: nothing restored; the oldest is (\w{8}) of 2026-11-24T09:00:00Z: `ringo-backup media restore \1`\n$/),
  });
  expect(readdirSync(files)).toEqual([]);
  expect(media("initialize", "--time", "2026-11-24T09:00:00Z")).toMatchObject({ status: 0, stderr: "" });
  expect(media("restore", "none")).toMatchObject({ status: 2, stderr: expect.stringMatching(/^there is no snapshot 'none'/) });
});

test("a restore keeps the previous files where it says, and preserves owner and mode", () => {
  const id = /^[0-9a-f]{8}/.exec(media("list").stdout)![0];
  writeFileSync(join(files, "second.pdf"), "paid, too");
  chmodSync(files, 0o751);
  chownSync(files, process.getuid!(), process.getgid!() === 0 ? 33 : process.getgid!());
  const before = statSync(files);
  const { stdout } = media("restore", id, "--yes");
  const [, kept] = /remove (\S+) when it is no longer needed\n$/.exec(stdout)!;
  expect(readFileSync(join(kept!, "second.pdf"), "utf8")).toBe("paid, too");
  expect(existsSync(join(files, "second.pdf"))).toBe(false);
  const { mode, uid, gid } = statSync(files);
  expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
  expect(readdirSync(root).filter((name) => name.startsWith("media.")).map((name) => join(root, name))).toEqual([kept]);
});

test("the time of the newest good snapshot is known even if pruning fails, and stays when a later one fails", async () => {
  const figures = () => readdirSync(join(root, "metrics")).map((name) => readFileSync(join(root, "metrics", name), "utf8")).join("");
  writeFileSync(join(root, "restic.env"), "RINGO_KEEP_DAYS=none\n");
  expect(media("backup").status).toBe(1);
  const [newest] = /^ringo_media_backup_timestamp_seconds \d+$/m.exec(figures())!;
  rmSync(repository, { recursive: true });
  await pause(1000);
  expect(media("backup").status).toBe(1);
  expect(figures().match(/^ringo_media_backup_(success|timestamp_seconds) .*$/gm)!.sort()).toEqual(["ringo_media_backup_success 0", newest]);
});

test("hourly snapshots are kept while they are among the newest", () => {
  const made = [28, 27, 26]; // hours ago: two of them at least on one day
  for (const ago of made) {
    writeFileSync(join(files, "receipt.pdf"), String(ago));
    const time = new Date(Date.now() - ago * 3_600_000).toISOString().replace("T", " ").slice(0, 19);
    expect(spawnSync("restic", ["backup", "--host", "media", "--time", time, files], { env: { ...variables(root), TZ: "UTC" } }).status).toBe(0);
  }
  const before = count();
  expect(media("backup").status).toBe(0);
  expect(count()).toBe(before + 1);
});

test("a backup of the database and a snapshot of the media files do not wait for each other", async () => {
  const held = start("/usr/bin/python3", ["-IBc", `import sys; sys.path.insert(0, sys.argv[1])
from backup import lock
with lock.held("a full backup"):
    open(sys.argv[2], "w").close(); sys.stdin.read()`, join(__dirname, "../../../machine"), join(root, "began")], variables(root), "pipe");
  await until(() => existsSync(join(root, "began")));
  expect(media("restore", "--yes")).toMatchObject({ status: 0, stderr: "" });
  expect(held.exitCode).toBeNull();
});

test("processes of a killed command keep the lock until they exit", async () => {
  const bin = join(root, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "restic"), `#!/bin/sh\ncase "$*" in *snapshots*) echo '[{"short_id": "a1", "time": "2026-11-24T09:00:00Z"}]' ;; backup*) touch ${root}/began; exec sleep 60 ;; esac\n`);
  chmodSync(join(bin, "restic"), 0o755);
  const stub = { ...variables(root), PATH: `${bin}:${process.env.PATH}` };
  const killed = start("/usr/bin/python3", command("backup"), stub);
  await until(() => existsSync(join(root, "began")));
  killed.kill("SIGKILL");
  await until(() => killed.signalCode !== null);
  const restored = () => spawnSync("/usr/bin/python3", command("restore", "--yes"), { encoding: "utf8", env: stub });
  expect(restored()).toMatchObject({ status: 2, stderr: expect.stringMatching(/^a snapshot of the media files \(process \d+\) is running/) });
  spawnSync("kill", ["-KILL", "--", `-${killed.pid}`]);
  await until(() => restored().status === 0);
});
