import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { payload, remoteCommand } from "../../machine/payload";
import { combine, type Fragment } from "../../machine/state";
import { Forks } from "./forks";

const modules = join(__dirname, "../../machine/apply");
/** What the remote command's shell has Python run. */
const program = /^python3 -c '([^']+)'$/.exec(remoteCommand)![1];
const applies = new Forks(program, readdirSync(modules).filter((name) => name.endsWith(".py")).map((name) => join(modules, name)));
afterAll(() => applies.end());

export interface Applied {
  code: number | null;
  lines: string[];
  errors: string;
}

/** nginx as most tests have it: a file of that content, and the unit that it restarts. */
export const config = (content: string): Fragment => ({ files: [{ path: "/etc/nginx/nginx.conf", content }] });
export const nginx: Fragment = { units: [{ name: "nginx.service", restartOn: ["/etc/nginx/nginx.conf"] }] };

/** A directory as a machine's root, with stand-ins for the commands that would change the real one. */
export class FakeMachine {
  readonly root = mkdtempSync("/dev/shm/ringo-machine-");
  readonly fake = join(this.root, ".fake");

  constructor(units: string[] = []) {
    for (const folder of ["containers", "units"]) mkdirSync(join(this.fake, folder), { recursive: true });
    for (const file of ["packages", "log", "fail", "journal"]) writeFileSync(join(this.fake, file), "");
    for (const unit of units) mkdirSync(join(this.fake, "units", unit));
  }

  /** As over SSH, with all else on stdin. */
  apply(...fragments: Fragment[]): Applied {
    return this.applyAs("state", ...fragments);
  }

  /** The same, of a state beside others. */
  applyAs(name: string, ...fragments: Fragment[]): Applied {
    const { code, output, errors } = applies.run(payload(name, combine(...fragments)), this.environment);
    return { code, lines: output.trim().split("\n"), errors };
  }

  /** An apply that goes on beside the test, by the constant command line. */
  start(...fragments: Fragment[]) {
    const child = spawn("sh", ["-c", remoteCommand], { env: this.environment });
    child.stdin.end(payload("state", combine(...fragments)));
    return child;
  }

  path = (path: string) => join(this.root, path);
  read = (path: string) => readFileSync(this.path(path), "utf8");
  exists = (path: string) => existsSync(this.path(path));

  /** The stand-ins' calls that match, since the last time they were asked for. */
  calls(pattern: RegExp): string[] {
    const log = this.read(".fake/log").trim().split("\n").filter((line) => pattern.test(line));
    writeFileSync(join(this.fake, "log"), "");
    return log;
  }

  /** `verb unit` of systemctl that fails from now on. */
  failing(...calls: string[]) {
    writeFileSync(join(this.fake, "fail"), calls.map((call) => `${call}\n`).join(""));
  }

  set(file: string, text: string) {
    appendFileSync(join(this.fake, file), text);
  }

  remove() {
    rmSync(this.root, { recursive: true, force: true });
  }

  private get environment() {
    return { PATH: `${join(__dirname, "stubs")}:/usr/bin:/bin`, RINGO_ROOT: this.root, FAKE: this.fake };
  }
}
