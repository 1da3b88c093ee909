import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { UserError } from "../../cli/terminal";

/** Input of an image build: the files that the builder may see, and one hash over all of them. */
export interface BuildContext {
  directory: string;
  /** Paths relative to the directory, sorted. */
  files: string[];
  /** Over path, mode and content of every file: equal hashes build equal images. */
  hash: string;
  /** Files that one may expect in the image but that are left out, by reason. */
  leftOut: { why: string; files: string[] }[];
}

/** Never part of an image, tracked or not: secrets, databases and their dumps, uploads, and generated files. */
const excluded = [
  /(^|\/)\.git(\/|$)/,
  /(^|\/)\.env[^/]*$/,
  /\.(sql|dump|sqlite3?|db)(\.(gz|bz2|xz|zst|zip))?$/i,
  /\.(sqlite3?|db)-(wal|shm|journal)$/i,
  /^(media|staticfiles)\//,
  /(^|\/)(node_modules|\.venv|venv|__pycache__|\.pytest_cache|\.mypy_cache)\//,
];

/**
 * The files of a directory that belong in its image: those that git tracks (also for a directory inside a repository),
 * or all of them if git tracks none, without secrets, databases, dumps and media.
 * @throws if there is no Dockerfile among them
 */
export function buildContext(directory: string): BuildContext {
  const root = fs.realpathSync(directory);
  const tracked = gitFiles(root, "--cached", "--recurse-submodules");
  const listed = [...new Set(tracked.length > 0 ? tracked : walk(root))].sort();
  const wanted = (file: string): boolean => !excluded.some((pattern) => pattern.test(file));
  const there = (file: string) => fs.lstatSync(path.join(root, file), { throwIfNoEntry: false }); // a tracked one may be deleted in the work tree
  const files = listed.filter((file) => wanted(file) && isFile(there(file)));
  if (!files.includes("Dockerfile")) {
    const inTheWay = fs.existsSync(path.join(root, "Dockerfile")) ? "git does not track its Dockerfile: git add it" : "it has no Dockerfile";
    throw new UserError(`${directory} cannot be built: ${inTheWay}`);
  }
  const leftOut = [
    // Often a forgotten `git add`.
    { why: "git does not track them", files: tracked.length > 0 ? gitFiles(root, "--others", "--exclude-standard").filter(wanted) : [] },
    { why: "their names are those of secrets, databases, dumps, uploads or generated files", files: listed.filter((file) => !wanted(file) && isFile(there(file))) },
    { why: "these submodules are not checked out (git submodule update --init)", files: listed.filter((file) => there(file)?.isDirectory()) },
  ].filter((some) => some.files.length > 0);
  return { directory: root, files, hash: hashFiles(root, files), leftOut };
}

/**
 * Copies the context to an empty directory, keeping modification times: layers are reused by them, and collectstatic
 * determines by them what is new.
 */
export function stageContext(context: BuildContext, target: string): void {
  for (const file of context.files) {
    const [from, to] = [path.join(context.directory, file), path.join(target, file)];
    const stat = fs.lstatSync(from);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    // A link stays a link: copying would require its target to be a file.
    if (stat.isSymbolicLink()) {
      fs.symlinkSync(fs.readlinkSync(from), to);
      fs.lutimesSync(to, stat.atime, stat.mtime);
    } else fs.cpSync(from, to, { preserveTimestamps: true });
  }
}

/** Git sets variables that name the caller's repository, in a hook or in a rebase that runs commands. */
export const withoutGit = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));

/** Paths below the directory; none if it is not in a repository. */
function gitFiles(directory: string, ...which: string[]): string[] {
  // The directory may be somebody else's, and its repository's configuration must not run programs.
  const git = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-C", directory, "ls-files", "-z", ...which];
  try {
    return execFileSync("git", git, { env: withoutGit(), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 }).split("\0").filter(Boolean);
  } catch {
    return [];
  }
}

function walk(root: string, below = ""): string[] {
  return fs.readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(below, entry.name);
    if (!entry.isDirectory()) return [file];
    return excluded.some((pattern) => pattern.test(`${file}/`)) ? [] : walk(root, file);
  });
}

const isFile = (stat: fs.Stats | undefined): boolean => stat !== undefined && (stat.isFile() || stat.isSymbolicLink());

function hashFiles(root: string, files: string[]): string {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(1 << 20);
  for (const file of files) {
    const full = path.join(root, file);
    const stat = fs.lstatSync(full);
    const kind = stat.isSymbolicLink() ? "link" : stat.mode & 0o111 ? "executable" : "file";
    hash.update(`${JSON.stringify(file)} ${kind} ${stat.size}\n`);
    if (stat.isSymbolicLink()) hash.update(fs.readlinkSync(full));
    else for (const piece of pieces(full, buffer)) hash.update(piece);
  }
  return hash.digest("hex");
}

/** A file's content in pieces, since it may exceed any buffer. Each piece is valid until the next is read. */
function* pieces(file: string, buffer: Buffer): Generator<Buffer> {
  const descriptor = fs.openSync(file, "r");
  try {
    for (let read; (read = fs.readSync(descriptor, buffer)) > 0; ) yield buffer.subarray(0, read);
  } finally {
    fs.closeSync(descriptor);
  }
}
