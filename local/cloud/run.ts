import { spawn } from "node:child_process";

/**
 * Runs a program to its end and returns its output. Arguments are never secret; `input` may be.
 * @throws with the program's own error output if it fails
 */
export function run(program: string, args: string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error(`${program} is not installed`) : error));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const command = [program, ...args].join(" ");
      reject(new Error(`${command}: ${stderr.trim() || stdout.trim() || (signal ?? `exit status ${code}`)}`));
    });
    child.stdin.on("error", () => undefined); // it exited without reading: its exit status tells
    child.stdin.end(input);
  });
}

/** Like `run`, for what may no longer exist: returns undefined on failure. */
export const attempt = (program: string, args: string[], input?: string): Promise<string | undefined> =>
  run(program, args, input).catch(() => undefined);

/** Polls until the condition holds; returns false when time is up. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutSeconds: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutSeconds * 1000; ; ) {
    if (await condition()) return true;
    if (Date.now() > deadline) return false;
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
