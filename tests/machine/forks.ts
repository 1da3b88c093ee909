import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A Python program that is run many times: see forks.py. Most of the time of one run is what it imports and compiles. */
export class Forks {
  private readonly folder = mkdtempSync("/dev/shm/ringo-forks-");
  private readonly server;

  constructor(program: string, modules: string[]) {
    execFileSync("mkfifo", ["begin", "end"], { cwd: this.folder });
    this.server = spawn("/usr/bin/python3", ["-IB", join(__dirname, "forks.py"), this.folder, program, ...modules], { stdio: ["ignore", "ignore", "inherit"] });
  }

  run(input: string, environment: Record<string, string>): { code: number | null; output: string; errors: string } {
    writeFileSync(join(this.folder, "input"), input);
    const done = spawnSync("sh", ["-c", "cat > begin; cat end"], { cwd: this.folder, input: JSON.stringify(environment), encoding: "utf8", timeout: 30_000 });
    const [output, errors] = ["output", "errors"].map((name) => readFileSync(join(this.folder, name), "utf8"));
    return { code: JSON.parse(done.stdout) as number | null, output, errors };
  }

  end(): void {
    this.server.kill();
    rmSync(this.folder, { recursive: true });
  }
}
