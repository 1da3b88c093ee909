import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { inState, projectDir } from "../../../local/paths";
import type { Machine } from "../../../cli/outputs";

export type { Machine };

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end; never throws for its exit status. */
export function run(command: string, args: string[], options: { env?: Record<string, string>; input?: string } = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectDir, env: { ...process.env, ...options.env } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
    // A command that reads nothing may have exited before anything is written to it.
    if (options.input === undefined) child.stdin.destroy();
    else child.stdin.end(options.input);
  });
}

/** Runs a make target, as typed by a user. */
export const make = (target: string, variables: Record<string, string> = {}): Promise<Finished> =>
  run("make", ["--no-print-directory", target, ...Object.entries(variables).map(([k, v]) => `${k}=${v}`)]);

const config = inState("ssh", "config");
const sockets = path.join(os.tmpdir(), `ringo-ssh-${os.userInfo().uid}`);
fs.mkdirSync(sockets, { recursive: true, mode: 0o700 });
/** One shared connection to each machine, since a new one through the bastion takes half a second. A lost machine is noticed, and not confused with a busy one. */
const kept = ["-o", "ControlMaster=auto", "-o", `ControlPath=${sockets}/%C`, "-o", "ControlPersist=60", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=4"];
// The configuration's way through the bastion, but for what it would hold open when the command has ended.
const way = (host: string): string[] => (host === "edge" ? [] : ["-o", `ProxyCommand=ssh -F ${config} -E ${sockets}/bastion.log -W [%h]:%p edge`]);

/** Runs a command as root on a machine; returns its exit status. Secrets are passed by `input`. */
export const ssh = (host: string, command: string, input?: string): Promise<Finished> => run("ssh", ["-F", config, ...kept, ...way(host), host, command], { input });

/** Whether a machine accepts its operator on a new connection. */
export const letsIn = async (host: string): Promise<boolean> => (await run("ssh", ["-F", config, host, "true"])).code === 0;

/** The same, which must succeed; returns its output. */
export async function on(host: string, command: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await ssh(host, command, input);
  if (code !== 0) throw new Error(`${host}: ${command}\nexit ${code}\n${stdout}${stderr}`);
  return stdout;
}

export interface Output {
  apiUrl: string;
  caCertificate: string;
  publicAddress: string;
  machines: Machine[];
}

/** The output of `make output`. */
export async function output(): Promise<Output> {
  const result = await make("output");
  if (result.code !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as Output;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** The body as JSON. */
  json(): any;
}

/** One HTTPS request through the edge, with the chain verified against the stack's own authority. */
export function request(stack: Output, method: string, path: string, options: {
  json?: unknown;
  body?: Buffer;
  headers?: Record<string, string>;
  timeoutMs?: number;
} = {}): Promise<Answer> {
  const body = options.json === undefined ? options.body : Buffer.from(JSON.stringify(options.json));
  return new Promise((resolve, reject) => {
    const req = https.request(stack.apiUrl + path, {
      method,
      ca: fs.readFileSync(stack.caCertificate),
      agent: false,
      timeout: options.timeoutMs ?? 30_000,
      headers: {
        ...(options.json === undefined ? {} : { "content-type": "application/json" }),
        ...(body ? { "content-length": String(body.length) } : {}),
        ...options.headers,
      },
    }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: text, json: () => JSON.parse(text) });
      });
    });
    req.on("timeout", () => req.destroy(new Error(`${method} ${path}: no answer in time`)));
    req.on("error", reject);
    req.end(body);
  });
}

/** Waits until `probe` returns something truthy. @throws with the last error on timeout. */
export async function eventually<T>(what: string, probe: () => Promise<T>, timeoutSeconds = 60): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutSeconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const value = await probe();
      if (value) return value as NonNullable<T>;
      last = `got ${JSON.stringify(value)}`;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${what}: not within ${timeoutSeconds} s; last: ${String(last)}`);
}

/** Whether the application reports PostgreSQL, Redis and Celery as healthy. */
export const healthy = (stack: Output, timeoutSeconds: number): Promise<unknown> =>
  eventually("health", async () => (await request(stack, "GET", "/api/health/")).status === 200, timeoutSeconds);

/** Whether a TCP port accepts a connection within a second. */
export const accepts = (host: string, port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = net.connect({ host, port, timeout: 1000 });
  const done = (accepted: boolean): void => {
    socket.destroy();
    resolve(accepted);
  };
  socket.once("connect", () => done(true)).once("timeout", () => done(false)).once("error", () => done(false));
});
