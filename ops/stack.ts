import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import type { Reachable } from "../components/access";
import { s3 as localS3 } from "../local/aws/s3";
import { acmeRootsFile, inState, projectDir, stackName } from "../local/paths";
import { quoted, writeSshFiles } from "./ssh";
import { UserError } from "./terminal";

/** What the commands need of a stack's outputs. */
interface Outputs {
  apiUrl: string;
  reachable: Reachable[];
  deployerKey: string;
  generations: Generations;
  backups: BackupBuckets;
}

/** Counts the keys that the program has come with, and the passwords that the database has had. */
export interface Generations {
  deployerKey: number;
  passwords: number;
}

/** Where the backups are. */
export interface BackupBuckets {
  region: string;
  buckets: string[];
  /** Counts the access keys that the data machine has had. */
  keyGeneration: number;
}

/** A stack that an operator works on. */
export interface OperatedStack {
  name: string;
  /** Of an SSH client that reaches every machine. */
  sshConfig: string;
  apiUrl(): Promise<string>;
  backups(): Promise<BackupBuckets>;
  generations(): Promise<Generations>;
  /** S3 with the rights of whoever runs the command, which no machine of the stack has. */
  s3(region: string): S3Client;
  /** PEM of the authority that signed the API's certificate. @default the system's */
  ca?: string;
  /** Runs a command on a machine. What it prints goes to the terminal, or comes back as text. Gives its exit status. */
  run(host: string, argv: string[], options?: { capture?: boolean }): Promise<{ code: number; stdout: string }>;
  /** Removes what was written for the connection. */
  close(): void;
}

/** Opens the stack that STACK names; the local one without. @throws UserError when it is not up */
export function openOperated(): OperatedStack {
  const name = process.env.STACK || stackName;
  return name === stackName ? openLocal() : openRemote(name);
}

function openLocal(): OperatedStack {
  const config = inState("ssh", "config");
  if (!fs.existsSync(config)) throw new UserError("there is no local stack on this machine: run `make up`, or name another with STACK=<name>.");
  const output = async <K extends keyof Outputs>(name: K): Promise<Outputs[K]> => {
    const { openStack } = await import("../local/workspace"); // with the engine's SDK, which most commands need not wait for
    return (await (await openStack({ providers: "" })).outputs())[name]?.value as Outputs[K];
  };
  return operated({
    name: stackName, sshConfig: config, ca: fs.readFileSync(acmeRootsFile, "utf8"),
    apiUrl: () => output("apiUrl"), backups: () => output("backups"), generations: () => output("generations"), s3: () => localS3(), close: () => undefined,
  });
}

/** Any other stack's outputs come from the official CLI, which knows where its state is and who may read its secrets. */
function openRemote(name: string): OperatedStack {
  const outputs = remoteOutputs(name);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-ssh-"));
  const close = (): void => fs.rmSync(directory, { recursive: true, force: true });
  process.once("exit", close);
  const sshConfig = writeSshFiles(directory, outputs.reachable, outputs.deployerKey);
  return operated({
    name, sshConfig, close, apiUrl: () => Promise.resolve(outputs.apiUrl), backups: () => Promise.resolve(outputs.backups),
    generations: () => Promise.resolve(outputs.generations), s3: (region) => new S3Client({ region }),
  });
}

function remoteOutputs(name: string): Outputs {
  let text: string;
  try {
    text = execFileSync("pulumi", ["stack", "output", "--json", "--show-secrets", "--stack", name], { cwd: projectDir, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? "";
    throw new UserError(`the outputs of stack ${name} cannot be read: ${said.trim() || String((error as Error).message)}\nLog in and try: pulumi stack output --stack ${name}`);
  }
  const outputs = JSON.parse(text) as Partial<Outputs>;
  if (!outputs.apiUrl || !outputs.reachable || !outputs.deployerKey) throw new UserError(`stack ${name} is not up: run pulumi up -s ${name}`);
  return outputs as Outputs;
}

function operated(stack: Omit<OperatedStack, "run">): OperatedStack {
  return {
    ...stack,
    run: (host, argv, { capture = false } = {}) => new Promise((resolve, reject) => {
      const child = spawn("ssh", ["-F", stack.sshConfig, host, "--", argv.map(quoted).join(" ")], { stdio: ["ignore", capture ? "pipe" : "inherit", "inherit"] });
      let stdout = "";
      child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 255, stdout }));
    }),
  };
}
