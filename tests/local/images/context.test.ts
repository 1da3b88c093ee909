import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { buildContext, stageContext, withoutGit } from "../../../local/images/context";

let root: string;
beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"))));
afterEach(() => fs.rmSync(root, { recursive: true }));

function write(...files: string[]): void {
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), `content of ${file}`);
  }
}
const git = (...args: string[]): void => void execFileSync("git", ["-C", root, "-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always", ...args], { stdio: "ignore", env: withoutGit() });
const files = (below = "."): string[] => buildContext(path.join(root, below)).files;
const leftOut = (below = "."): Record<string, string[]> =>
  Object.fromEntries(buildContext(path.join(root, below)).leftOut.map(({ why, files: those }) => [why.split(" ")[0], those]));

const unwanted = [
  ".env", ".env.production", "app/.env.local", "dump.sql", "backup.sql.gz", "db.sqlite3", "db.sqlite3-wal", "data/app.db", "old.dump",
  "media/receipt.pdf", "staticfiles/app.js", "node_modules/a/index.js", "app/__pycache__/a.pyc", ".venv/bin/python",
];

describe("a build context", () => {
  test("contains only tracked files, without secrets, databases, dumps and media even if tracked", () => {
    write("Dockerfile", "manage.py", "app/media/models.py", "app/environment.py", "secret.txt", ...unwanted);
    git("init", "-q");
    git("add", "-f", "Dockerfile", "manage.py", "app", ...unwanted);
    expect(files()).toEqual(["Dockerfile", "app/environment.py", "app/media/models.py", "manage.py"]);
    expect(leftOut()).toEqual({ "git": ["secret.txt"], "their": [...unwanted].sort() });
  });

  test("is the same without git, from all files", () => {
    write("Dockerfile", "manage.py", "app/media/models.py", ".git/config", ...unwanted);
    expect(files()).toEqual(["Dockerfile", "app/media/models.py", "manage.py"]);
    expect(leftOut()).toEqual({ their: [".env", ".env.production", "app/.env.local", "backup.sql.gz", "data/app.db", "db.sqlite3", "db.sqlite3-wal", "dump.sql", "old.dump"] });
  });

  test("does not report as left out what git ignores and what was deleted", () => {
    write("Dockerfile", ".gitignore", "gone.py", "app.log");
    fs.writeFileSync(path.join(root, ".gitignore"), "*.log\n");
    git("init", "-q");
    git("add", ".");
    fs.rmSync(path.join(root, "gone.py"));
    expect(buildContext(root).leftOut).toEqual([]);
  });

  test("contains the files of submodules by the same rules, and reports those not checked out", () => {
    write("library/shared.py", "library/.env");
    git("init", "-q", "library");
    git("-C", "library", "add", ".");
    git("-C", "library", "commit", "-qm", "library");
    write("backend/Dockerfile");
    git("init", "-q", "backend");
    git("-C", "backend", "submodule", "--quiet", "add", "../library", "libs/shared");
    git("-C", "backend", "add", ".");
    git("-C", "backend", "commit", "-qm", "backend");
    expect([files("backend"), leftOut("backend")]).toEqual([[".gitmodules", "Dockerfile", "libs/shared/shared.py"], { their: ["libs/shared/.env"] }]);
    git("clone", "-q", "backend", "fresh");
    expect([files("fresh"), leftOut("fresh")]).toEqual([[".gitmodules", "Dockerfile"], { these: ["libs/shared"] }]);
    // Of a directory in the repository, too.
    git("-C", "fresh", "submodule", "--quiet", "update", "--init");
    write("fresh/libs/Dockerfile");
    git("-C", "fresh", "add", ".");
    expect([files("fresh/libs"), leftOut("fresh/libs")]).toEqual([["Dockerfile", "shared/shared.py"], { their: ["shared/.env"] }]);
  });

  test("of a directory inside a repository has only that directory's files", () => {
    write("README.md", "backend/Dockerfile", "backend/app.py", "backend/untracked.py");
    git("init", "-q");
    git("add", "README.md", "backend/Dockerfile", "backend/app.py");
    expect(files("backend")).toEqual(["Dockerfile", "app.py"]);
    expect(leftOut("backend")).toEqual({ git: ["untracked.py"] });
  });

  test("of a directory that its repository ignores has all files", () => {
    write(".gitignore", "backend/Dockerfile", "backend/app.py");
    fs.writeFileSync(path.join(root, ".gitignore"), "backend/\n");
    git("init", "-q");
    git("add", ".gitignore");
    expect(files("backend")).toEqual(["Dockerfile", "app.py"]);
  });

  test("is the directory's own, also inside a git hook", () => {
    write("Dockerfile", "secret.txt");
    git("init", "-q");
    git("add", "Dockerfile");
    process.env.GIT_DIR = "/nonexistent";
    try {
      expect(files()).toEqual(["Dockerfile"]);
    } finally {
      delete process.env.GIT_DIR;
    }
  });

  test("leaves out a tracked file that is deleted", () => {
    write("Dockerfile", "gone.py");
    git("init", "-q");
    git("add", ".");
    fs.rmSync(path.join(root, "gone.py"));
    expect(files()).toEqual(["Dockerfile"]);
  });

  test("accepts any file names", () => {
    write("Dockerfile", "шаблон «счёт».html", 'a "quoted" name');
    git("init", "-q");
    git("add", ".");
    expect(files()).toEqual(["Dockerfile", 'a "quoted" name', "шаблон «счёт».html"]);
  });

  test("without a Dockerfile is refused, and a forgotten git add is mentioned", () => {
    write("manage.py");
    expect(() => buildContext(root)).toThrow("no Dockerfile");
    git("init", "-q");
    git("add", ".");
    write("Dockerfile");
    expect(() => buildContext(root)).toThrow("git add");
  });

  test("changes its hash with names, contents and modes, not with times", () => {
    write("Dockerfile", "a");
    const hash = (): string => buildContext(root).hash;
    const hashes = [hash()];
    fs.utimesSync(path.join(root, "a"), 1, 1);
    expect(hash()).toBe(hashes[0]);
    fs.chmodSync(path.join(root, "a"), 0o755);
    hashes.push(hash());
    fs.renameSync(path.join(root, "a"), path.join(root, "b"));
    hashes.push(hash());
    fs.appendFileSync(path.join(root, "b"), "x");
    hashes.push(hash());
    fs.rmSync(path.join(root, "b"));
    fs.symlinkSync("Dockerfile", path.join(root, "b"));
    hashes.push(hash());
    expect(new Set(hashes).size).toBe(5);
  });

  test("changes its hash with the last byte of a file, however long", () => {
    write("Dockerfile");
    const hashes = ["a", "b", "a"].map((last) => {
      fs.writeFileSync(path.join(root, "model.bin"), Buffer.concat([Buffer.alloc(3 << 20), Buffer.from(last)]));
      return buildContext(root).hash;
    });
    expect([hashes[0] === hashes[1], hashes[0] === hashes[2]]).toEqual([false, true]);
  });

  test("is staged as it is: links, modes and times", () => {
    write("Dockerfile", "bin/run");
    fs.chmodSync(path.join(root, "bin/run"), 0o755);
    fs.utimesSync(path.join(root, "bin/run"), 1_600_000_000, 1_600_000_000);
    const links = ["bin/run", "bin", "../nowhere"]; // to a file, to a directory, to nothing that is there
    for (const [at, to] of links.entries()) {
      fs.symlinkSync(to, path.join(root, `bin/link-${at}`));
      fs.lutimesSync(path.join(root, `bin/link-${at}`), 1_600_000_000, 1_600_000_000);
    }
    const target = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"));
    stageContext(buildContext(root), target);
    const staged = fs.statSync(path.join(target, "bin/run"));
    expect([staged.mode & 0o777, staged.mtimeMs]).toEqual([0o755, 1_600_000_000_000]);
    const stagedLinks = links.map((_, at) => path.join(target, `bin/link-${at}`));
    expect(stagedLinks.map((link) => fs.readlinkSync(link))).toEqual(links);
    expect(stagedLinks.map((link) => fs.lstatSync(link).mtimeMs)).toEqual(links.map(() => 1_600_000_000_000));
    fs.rmSync(target, { recursive: true });
  });
});
