import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { checkout, command, stackFile, type Checkout } from "./checkout";

let { at, program, options, reset, remove } = {} as Checkout;
beforeAll(() => void ({ at, program, options, reset, remove } = checkout()));
beforeEach(() => {
  reset();
  program("ssh", "exit 0");
  fs.rmSync(at("asked"), { force: true });
});
afterAll(() => remove());

/** Keys are in what ssh was given; tsx keeps a directory of its own. */
const keys = (): string[] => fs.readdirSync(at("tmp")).filter((name) => name.startsWith("ringo-"));

/** Waits until a command has made a file. */
async function made(file: string, by: ChildProcess): Promise<void> {
  while (!fs.existsSync(at(file))) {
    if (by.exitCode !== null || by.signalCode !== null) throw new Error(`it ended, and there is no ${file}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test.each([["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const)("%s ends a command and leaves no key behind", async (signal, status) => {
  program("ssh", `ls ${at("tmp")}/ringo-ssh-*/deployer >${at("asked")}.new; mv ${at("asked")}.new ${at("asked")}; exec sleep 20`);
  const child = spawn(process.execPath, command("logs"), { ...options(), stdio: "ignore", detached: true });
  await made("asked", child);
  expect(fs.readFileSync(at("asked"), "utf8")).toContain("deployer");
  process.kill(child.pid!, signal);
  expect(await once(child, "exit")).toEqual([status, null]);
  expect(keys()).toEqual([]);
  process.kill(-child.pid!, "SIGKILL"); // what stands in for ssh
});

/** Runs a command on a terminal of its own, and does something with that as it asks. */
const terminal = (doing: string): string => `
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
said = b""
while b"to continue: " not in said: said += os.read(fd, 4096)
${doing}
os.waitpid(pid, 0)
`;

test.each([
  ["whose terminal is lost", "os.close(fd)"],
  ["that is declined by Ctrl-C", "os.write(fd, b'\\x03')"],
  ["that is told to end", "os.kill(pid, 15)"],
])("a renewal %s at the question leaves the stack's file as it was, and no key behind", (_, doing) => {
  spawnSync("python3", ["-c", terminal(doing), process.execPath, ...command("renew")], { ...options(), timeout: 25_000 });
  expect(fs.readFileSync(at("Pulumi.staging.yaml"), "utf8")).toBe(stackFile);
  expect(keys()).toEqual([]);
});

test("Ctrl-C during a renewal lets the engine end in order, and the command after it", async () => {
  program("pulumi", `${fs.readFileSync(at("bin/pulumi"), "utf8")}
    case $1 in preview | up) trap 'echo $1 >>${at("ended")}' INT; touch ${at("$1")}; sleep 1 & wait; wait ;; esac`);
  program("ssh", `case "$*" in *poweroff*) touch ${at("off")} ;; *" api-0 -- "*) [ ! -e ${at("off")} ] ;; esac`);
  const child = spawn(process.execPath, command("renew"), { ...options(), env: { ...options().env, YES: "1" }, stdio: "ignore", detached: true });
  for (const operation of ["preview", "up"]) {
    await made(operation, child);
    process.kill(-child.pid!, "SIGINT"); // as a terminal does
  }
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(fs.readFileSync(at("ended"), "utf8")).toBe("preview\nup\n");
  expect(fs.readFileSync(at("Pulumi.staging.yaml"), "utf8")).toContain("api-0: 2");
});
