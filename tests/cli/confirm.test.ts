import { spawnSync } from "node:child_process";
import * as path from "node:path";

/** Asks on a terminal of its own, types an answer, and returns the output with the result at its end. */
const terminal = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
said = b""
while b"to continue: " not in said and b"[yes/no] " not in said: said += os.read(fd, 4096)
os.write(fd, sys.argv[1].encode() + b"\\r")
try:
    while True: said += os.read(fd, 4096)
except OSError: pass
print(said.decode())
`;
const options = { cwd: path.resolve(__dirname, "../.."), encoding: "utf8" as const, env: { ...process.env, YES: "" } };
const asking = (call: string): string[] => [process.execPath, "--import", "tsx", "--eval", `import("./cli/confirm.ts").then(async (ask) => console.log("verdict " + (await ask.${call})))`];

test.each([
  ['confirmed("staging")', "staging", true], ['confirmed("staging")', "yes", false], ['confirmed("staging")', "", false],
  ['agreed("This ends it.")', "Yes", true], ['agreed("This ends it.")', "y", true], ['agreed("This ends it.")', "yes, but", false], ['agreed("This ends it.")', "", false],
])("%s, answered %j, is %s", (call, answer, verdict) => {
  const { stdout } = spawnSync("python3", ["-c", terminal, answer, ...asking(call)], { ...options, timeout: 25_000 });
  expect(stdout).toContain(`verdict ${verdict}`);
  expect(stdout.includes("nothing was done")).toBe(!verdict);
});

test("without a terminal nothing is done, unless YES=1", () => {
  const [program, ...words] = asking('confirmed("staging")');
  expect(spawnSync(program!, words, { ...options, stdio: "pipe" }).stderr).toMatch(/Nothing was done: there is no terminal to ask on. Set YES=1 to answer yes/);
  expect(spawnSync(program!, words, { ...options, env: { ...process.env, YES: "1" } }).stdout).toBe("verdict true\n");
});
