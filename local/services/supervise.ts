import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inState, stateDir } from "../paths";

/** A program that runs beside the cloud and outlives the command that started it. */
export interface Service {
  name: string;
  /** Program and arguments; it must stay in the foreground. Never contains a secret. */
  command: [string, ...string[]];
  /** The whole environment except PATH; may contain secrets (only root can read it). */
  environment?: Record<string, string>;
  /** Configuration, written (mode 0600 unless given) before the start; a change restarts the service. */
  files?: { path: string; content: string; mode?: number }[];
  /** Whether it answers. */
  ready(): Promise<boolean>;
}

/*
 * A service is known by two variables of its own environment, so there is no pid file to go stale, to be lost in a
 * crash between start and write, or to point at somebody else's process.
 */
const nameVariable = "RINGO_SERVICE";
const versionVariable = "RINGO_SERVICE_VERSION";
const marker = (name: string): string => `${nameVariable}=${stateDir}:${name}`;

interface Running {
  pid: number;
  name: string;
  version: string;
}

/** Every live process of this state's services, children included. */
function running(): Running[] {
  const found: Running[] = [];
  for (const entry of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    let environment: string[];
    try {
      environment = fs.readFileSync(`/proc/${entry}/environ`, "utf8").split("\0");
    } catch {
      continue; // it has exited meanwhile, or is not ours to read
    }
    const mark = environment.find((line) => line.startsWith(marker("")));
    if (mark === undefined) continue;
    const version = environment.find((line) => line.startsWith(`${versionVariable}=`)) ?? "";
    found.push({ pid: Number(entry), name: mark.slice(marker("").length), version: version.slice(versionVariable.length + 1) });
  }
  return found;
}

const logFile = (name: string): string => inState("services", `${name}.log`);

/** What determines whether a running service is the declared one. */
function versionOf(service: Service): string {
  const identity = [service.command, service.environment ?? {}, service.files ?? []];
  return createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);
}

async function until(condition: () => Promise<boolean>, timeoutSeconds: number): Promise<boolean> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (let pause = 20; Date.now() < deadline; pause = Math.min(pause * 1.5, 500)) {
    if (await condition()) return true;
    await sleep(pause);
  }
  return false;
}

/**
 * Ensures that the service runs and answers. One that runs as declared is left alone; one whose declaration changed, or that no
 * longer answers, is replaced.
 * @throws with the end of its log if it exits or does not answer within 30 seconds
 */
export async function ensureRunning(service: Service): Promise<void> {
  const version = versionOf(service);
  const current = running().filter((process) => process.name === service.name);
  if (current.length > 0) {
    const unchanged = current.every((process) => process.version === version);
    if (unchanged && (await until(service.ready, 5))) return;
    await stopService(service.name);
  }

  for (const file of service.files ?? []) {
    fs.mkdirSync(path.dirname(file.path), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file.path, file.content, { mode: file.mode ?? 0o600 });
  }
  fs.mkdirSync(inState("services"), { recursive: true, mode: 0o700 });
  const log = fs.openSync(logFile(service.name), "a", 0o600);
  const logStart = fs.fstatSync(log).size;
  const [program, ...args] = service.command;
  const child = spawn(program, args, {
    detached: true,
    cwd: "/",
    stdio: ["ignore", log, log],
    env: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      ...service.environment,
      [nameVariable]: marker(service.name).slice(nameVariable.length + 1),
      [versionVariable]: version,
    },
  });
  fs.closeSync(log);
  child.unref();
  let ended: string | undefined;
  child.on("error", (error) => (ended = error.message));
  child.on("exit", (code, signal) => (ended ??= `ended with ${signal ?? `status ${code}`}`));

  const answered = await until(async () => ended !== undefined || (await service.ready()), 30);
  if (answered && ended === undefined) return;
  const output = fs.readFileSync(logFile(service.name)).subarray(logStart).toString().trim().split("\n").slice(-10);
  await stopService(service.name);
  throw new Error(
    [`${service.name}: ${ended ?? "does not answer after 30 s"}; ${logFile(service.name)} ends with`, ...output].join("\n  "),
  );
}

/** Stops a service and all its children; does nothing if it does not run. */
export async function stopService(name: string): Promise<void> {
  await stop((process) => process.name === name);
}

/** Names of this state's running services, whoever started them. */
export const runningServices = (): string[] => [...new Set(running().map(({ name }) => name))];

/** Stops every service of this state, whoever started it. */
export async function stopAllServices(): Promise<void> {
  await stop(() => true);
}

/**
 * Whether a process still holds its resources. When it exits, its environment goes first, before its sockets are closed;
 * a zombie has closed them.
 */
function holds(pid: number): boolean {
  try {
    const status = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return status.slice(status.lastIndexOf(")") + 2, status.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}

async function stop(which: (process: Running) => boolean): Promise<void> {
  const pids = running().filter(which).map(({ pid }) => pid);
  await end(which);
  if (!(await until(async () => !pids.some(holds), 5))) throw new Error(`still ending: ${pids.filter(holds).join(", ")}`);
}

async function end(which: (process: Running) => boolean): Promise<void> {
  const signalAll = (signal: NodeJS.Signals): boolean => {
    const left = running().filter(which);
    for (const { pid } of left) {
      try {
        process.kill(pid, signal);
      } catch {
        // it exited by itself
      }
    }
    return left.length === 0;
  };
  if (signalAll("SIGTERM")) return;
  if (await until(async () => !running().some(which), 5)) return;
  if (!(await until(async () => signalAll("SIGKILL"), 5))) {
    throw new Error(`cannot end ${running().filter(which).map(({ name, pid }) => `${name} (process ${pid})`).join(", ")}`);
  }
}
