import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { localEngine } from "../local/engine";
import { acmeRootsFile, inState, projectDir, stackName } from "../local/paths";
import { isGiven } from "../cli/flag";
import { readHistory, readInForce, readOutputs, type Configuration, type Outputs, type Update } from "../cli/outputs";
import { writeSshFiles } from "../cli/ssh";
import { UserError } from "../cli/terminal";
import { quoted } from "../machine/shell";

/** A stack that an operator works on. */
export interface OperatedStack {
  name: string;
  /** Path of an SSH client's configuration that reaches every machine. */
  sshConfig: string;
  /** The stack's outputs, read once. @throws UserError if they cannot be read */
  outputs(): Outputs;
  /** The configuration in force on the machines, whatever the stack's file says now. @throws UserError if no update has succeeded */
  inForce(): Configuration;
  /** Its updates, newest first; read lazily. */
  history(): Iterable<Update>;
  /** An S3 client with the operator's own credentials; no machine of the stack has these rights. */
  s3(region: string): Promise<S3Client>;
  /** PEM of the authority that signed the API's certificate. @default the system's */
  ca?: string;
  /**
   * Runs a command on a machine. Returns its exit status, or 255 if SSH fails.
   * @param options.capture return standard output instead of printing it. @default false
   * @param options.quiet return standard error, also ssh's, instead of printing it. @default false
   * @param options.patience seconds for the connection; connection and command together get twice that. @default no limit
   */
  run(host: string, argv: string[], options?: { capture?: boolean; quiet?: boolean; patience?: number }): Promise<{ code: number; stdout: string; stderr: string }>;
  /** The command line of an update or a preview. @param refresh whether it refreshes the state first */
  engineCommand(operation: "up" | "preview", refresh: boolean): string[];
  /** Runs an update or a preview. Returns its exit status. @param options.refresh refresh even without REFRESH=1. @default false */
  engine(operation: "up" | "preview", options?: { refresh?: boolean }): number;
  /** Removes the files written for the connection. */
  close(): void;
}

/** Opens the stack that STACK names, by default the local one. @throws UserError if it is not up */
export function openOperated(): OperatedStack {
  const name = process.env.STACK || stackName;
  return name === stackName ? openLocal() : openRemote(name);
}

function openLocal(): OperatedStack {
  const config = inState("ssh", "config");
  try {
    fs.statSync(config);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw new UserError(`cannot read ${config}: the local stack belongs to root. Run the command with sudo.`);
    throw new UserError("there is no local stack on this machine: run `make up`, or name another with STACK=<name>.");
  }
  let outputs: Outputs | undefined; // most commands need none
  return operated({
    name: stackName, sshConfig: config, ca: fs.readFileSync(acmeRootsFile, "utf8"), close: () => undefined,
    engineCommand: (operation, refresh) => ["make", operation, ...(refresh ? ["REFRESH=1"] : [])],
    outputs: () => (outputs ??= readOutputs(localEngine(), stackName)),
    inForce: () => readInForce(localEngine(), stackName),
    history: () => readHistory(localEngine(), stackName),
    s3: async () => (await import("../local/aws/s3")).s3(), // an SDK that most commands need not wait for
  });
}

/** The outputs of other stacks come from the official CLI, which knows where their state is and how to decrypt it. */
function openRemote(name: string): OperatedStack {
  const fix = {
    install: "https://www.pulumi.com/docs/install/",
    read: `pulumi login, then pulumi stack output --stack ${name}`,
    up: `pulumi up --stack ${name}`,
  };
  const engine = { command: "pulumi", cwd: projectDir, env: process.env, fix };
  const outputs = readOutputs(engine, name, { secrets: true });
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-ssh-"));
  const close = (): void => fs.rmSync(directory, { recursive: true, force: true });
  process.once("exit", close);
  const sshConfig = writeSshFiles(directory, outputs.reachable, outputs.deployerKey);
  return operated({
    name, sshConfig, close,
    engineCommand: (operation, refresh) => [
      "pulumi", operation, "--stack", name, ...(refresh ? ["--refresh"] : []), ...(operation === "up" && isGiven("YES") ? ["--yes"] : []),
    ],
    outputs: () => outputs,
    inForce: () => readInForce(engine, name),
    history: () => readHistory(engine, name),
    s3: async (region) => new (await import("@aws-sdk/client-s3")).S3Client({ region }),
  });
}

function operated(stack: Omit<OperatedStack, "run" | "engine">): OperatedStack {
  return {
    ...stack,
    run: (host, argv, { capture = false, quiet = false, patience } = {}) => new Promise((resolve, reject) => {
      // If ssh is killed before it is connected, its process for the jump through the edge stays behind.
      const bounds = patience === undefined ? [] : ["-o", `ConnectTimeout=${patience}`];
      const child = spawn("ssh", ["-F", stack.sshConfig, ...bounds, host, "--", argv.map(quoted).join(" ")], {
        stdio: ["ignore", capture ? "pipe" : "inherit", quiet ? "pipe" : "inherit"], timeout: patience && 2000 * patience,
      });
      let [stdout, stderr] = ["", ""];
      child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 255, stdout, stderr }));
    }),
    engine: (operation, { refresh = false } = {}) => {
      const [command, ...words] = stack.engineCommand(operation, refresh || isGiven("REFRESH"));
      // Hides the "Entering directory" lines of a make within a make.
      return spawnSync(command!, words, { cwd: projectDir, stdio: "inherit", env: { ...process.env, MAKEFLAGS: "--no-print-directory" } }).status ?? 1;
    },
  };
}
