import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const versions = "/usr/lib/postgresql";
/** Where its programs are. */
export const bin = join(versions, readdirSync(versions).sort((a, b) => Number(a) - Number(b)).at(-1)!, "bin");

/** A PostgreSQL of this computer's own version, empty, on a socket only; whoever comes is who he says he is. */
export class Cluster {
  readonly socket = mkdtempSync(join(tmpdir(), "ringo-postgres-"));
  readonly port = 5433;
  private readonly data = join(this.socket, "data");

  constructor() {
    if (process.getuid!() === 0) execFileSync("chown", ["postgres", this.socket]);
    chmodSync(this.socket, 0o755);
    this.own("initdb", "-D", this.data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync");
    this.own("pg_ctl", "-D", this.data, "-w", "-l", join(this.socket, "log"), "-o", `-k ${this.socket} -p ${this.port} -c listen_addresses= -c fsync=off`, "start");
  }

  end(): void {
    this.own("pg_ctl", "-D", this.data, "-m", "immediate", "stop");
    rmSync(this.socket, { recursive: true });
  }

  /** What psql prints. @throws with what it says where it fails */
  psql(script: string, role = "postgres", database = "postgres"): string {
    const { status, stdout, stderr } = spawnSync("psql", ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", this.socket, "-p", String(this.port), "-U", role, "-d", database], { input: script, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  /** Neither `initdb` nor the server runs as root. */
  private own(command: string, ...args: string[]): void {
    const argv = [join(bin, command), ...args];
    const [program, ...rest] = process.getuid!() === 0 ? ["runuser", "-u", "postgres", "--", ...argv] : argv;
    execFileSync(program, rest, { cwd: "/", stdio: "ignore" });
  }
}
