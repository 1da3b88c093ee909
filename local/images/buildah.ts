import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { inCache } from "../paths";

/** Called with each line of a build's output. */
export type Log = (line: string) => void;

/**
 * Runs a program to its end.
 * @returns its standard output
 * @throws with the end of its output if it fails
 */
export function run(program: string, args: string[], options: { log?: Log; env?: NodeJS.ProcessEnv; timeoutSeconds?: number } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"], env: options.env ?? process.env, timeout: (options.timeoutSeconds ?? 3600) * 1000,
    });
    let output = "";
    const last: string[] = [];
    const lines = (stream: NodeJS.ReadableStream): void => {
      let partial = "";
      stream.setEncoding("utf8");
      stream.on("data", (chunk: string) => {
        const split = (partial + chunk).split("\n");
        partial = split.pop() ?? "";
        for (const line of split) {
          options.log?.(line);
          if (last.push(line) > 20) last.shift();
        }
      });
    };
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    lines(child.stdout);
    lines(child.stderr);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error([`${program} ${args.find((arg) => !arg.startsWith("-")) ?? ""} ended with ${signal ?? `status ${code}`}:`, ...last].join("\n  ")));
    });
  });
}

/** Runs buildah with a storage of our own in the cache, apart from the host's containers. */
export async function buildah(command: string, args: string[], options: { log?: Log; timeoutSeconds?: number } = {}): Promise<string> {
  const root = inCache("containers");
  fs.mkdirSync(root, { recursive: true, mode: 0o700 });
  const storage = ["--root", `${root}/storage`, "--runroot", `${root}/run`, "--storage-driver", await storageDriver()];
  return run("buildah", [...storage, command, ...args], options);
}

let driver: string | undefined;

/** Overlay if the cache's file system supports one (an overlay cannot be on an overlay), otherwise plain copies. */
async function storageDriver(): Promise<string> {
  // The number is overlayfs' own, from <linux/magic.h>.
  driver ??= (await fs.promises.statfs(inCache())).type === 0x794c7630 ? "vfs" : "overlay";
  return driver;
}
