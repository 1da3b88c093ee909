import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { useScratchDirectories } from "./scratch";

const scratch = useScratchDirectories();
type Supervise = typeof import("../../../local/services/supervise");
const { ensureRunning, stopAllServices, stopService } = jest.requireActual<Supervise>("../../../local/services/supervise");

const output = (name: string): string => path.join(scratch, `${name}-starts`);
/** Process ids of all starts of a service. */
const starts = (name = "one"): string[] => (fs.existsSync(output(name)) ? fs.readFileSync(output(name), "utf8").trim().split("\n") : []);
function alive(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false; // ENOENT, or ESRCH where it ended between being opened and being read
  }
}

/** Writes its process id when it starts, and has a child. */
const service = (name: string, argument = ""): Parameters<Supervise["ensureRunning"]>[0] => ({
  name,
  command: ["sh", "-c", `sleep 300 & echo $$ >>${output(name)}; wait`, argument],
  ready: async () => starts(name).some(alive),
});

afterEach(async () => {
  await stopAllServices();
  for (const name of ["one", "two"]) fs.rmSync(output(name), { force: true });
});
afterAll(() => fs.rmSync(scratch, { recursive: true }));

describe("a service", () => {
  test("that runs as declared is left alone", async () => {
    await ensureRunning(service("one"));
    await ensureRunning(service("one"));
    expect(starts()).toHaveLength(1);
  });

  test("is replaced if its declaration changed", async () => {
    await ensureRunning(service("one"));
    await ensureRunning(service("one", "changed"));
    expect(starts().map(alive)).toEqual([false, true]);
  });

  test("has released its port before the next one uses it", async () => {
    const port = 20_000 + (process.pid % 10_000);
    const server = (version: number): Parameters<Supervise["ensureRunning"]>[0] => ({
      name: "one",
      // Memory takes time to give back, and a process closes its sockets after that.
      command: ["/usr/bin/python3", "-c", `import socket, time
ballast = bytearray(300_000_000)
for i in range(0, len(ballast), 4096): ballast[i] = 1
s = socket.socket(); s.bind(("127.0.0.1", ${port})); s.listen(); open(${JSON.stringify(output("one"))}, "a").write("${version}\\n"); time.sleep(300)`],
      ready: async () => starts().includes(String(version)),
    });
    for (let version = 0; version < 5; version++) await ensureRunning(server(version));
    expect(starts()).toEqual(["0", "1", "2", "3", "4"]);
  });

  test("stops with its children, and without affecting others", async () => {
    await ensureRunning(service("one"));
    await ensureRunning(service("two"));
    const [[one], [two]] = [starts("one"), starts("two")];
    const [child] = fs.readFileSync(`/proc/${one}/task/${one}/children`, "utf8").trim().split(" ");
    expect(alive(child)).toBe(true);
    await stopService("one");
    expect([one, child, two].map(alive)).toEqual([false, false, true]);
  });

  test("outlives the command that started it, and a later one finds and stops it", async () => {
    const supervise = require.resolve("../../../local/services/supervise");
    const program = `require(${JSON.stringify(supervise)}).ensureRunning({ name: "one",
      command: ["sh", "-c", ${JSON.stringify(`echo $$ >>${output("one")}; exec sleep 300`)}],
      ready: async () => require("node:fs").existsSync(${JSON.stringify(output("one"))}) })`;
    // Jest's process.env is a copy, which a child does not inherit by itself.
    const command = spawnSync(process.execPath, ["--import", require.resolve("tsx"), "--eval", program], { encoding: "utf8", env: process.env });
    expect(command).toMatchObject({ status: 0, stderr: "" });
    const [pid] = starts();
    expect(alive(pid)).toBe(true);
    await stopAllServices();
    expect(alive(pid)).toBe(false);
  });

  test("that exits at once is an error with the end of its log", async () => {
    const failing = { name: "bad", command: ["sh", "-c", "echo cannot bind >&2; exit 3"] as [string, ...string[]], ready: async () => false };
    await expect(ensureRunning(failing)).rejects.toThrow(/bad: ended with status 3[\s\S]*cannot bind/);
  });

  test("whose program is missing is an error that names it", async () => {
    await expect(ensureRunning({ name: "none", command: ["/nonexistent/program"], ready: async () => false })).rejects.toThrow("/nonexistent/program");
  });

  test("reads its files, which only their owner can read", async () => {
    const file = path.join(scratch, "state", "one", "config");
    await ensureRunning({ ...service("one"), files: [{ path: file, content: "a" }] });
    expect([fs.readFileSync(file, "utf8"), fs.statSync(file).mode & 0o777]).toEqual(["a", 0o600]);
    await ensureRunning({ ...service("one"), files: [{ path: file, content: "b" }] });
    expect(starts().map(alive)).toEqual([false, true]);
  });
});
