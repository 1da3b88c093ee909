import { execFileSync } from "node:child_process";
import type { Reachable } from "../components/access";
import { UserError } from "./terminal";

/** What the commands need of a stack's outputs. */
export interface Outputs {
  apiUrl: string;
  machines: Machine[];
  reachable: Reachable[];
  deployerKey: string;
  backups: { region: string; buckets: string[] };
}

/** One machine, as the outputs describe it. */
export interface Machine {
  name: string;
  role: string;
  publicAddress: string | null;
  privateAddress: string;
}

/** A stack's configuration, by its keys without the project's name. */
export type Configuration = Record<string, unknown>;

/** How to call the engine's CLI for a stack. */
export interface Engine {
  command: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What to run, for error messages: to install the CLI, to read the state, to create the stack. */
  fix: { install: string; read: string; up: string };
}

/** What the CLI prints instead of a secret. */
export const hidden = "[secret]";

/**
 * The outputs of a stack that is up.
 * @param options.secrets whether to include secret values. @default false: they are "[secret]"
 * @throws UserError if they cannot be read, or the stack is not up
 */
export function readOutputs(engine: Engine, stack: string, options: { secrets?: boolean } = {}): Outputs & Record<string, unknown> {
  const shown = options.secrets ? ["--show-secrets"] : [];
  const outputs = asked(engine, stack, "outputs", "output", ...shown) as Outputs & Record<string, unknown>;
  if (!outputs.apiUrl || !outputs.reachable || !outputs.deployerKey) {
    throw new UserError(`stack ${stack} is not up, or its last update did not complete: run ${engine.fix.up}`);
  }
  return outputs;
}

/**
 * The configuration in force on every machine: that of the last successful update of the whole stack. The stack's file may be older, or
 * never have been applied.
 * @throws UserError if no update has succeeded
 */
export function readInForce(engine: Engine, stack: string): Configuration {
  for (const update of readHistory(engine, stack)) {
    if (update.kind === "update" && update.result === "succeeded" && ofAll(update)) return configurationOf(update);
  }
  throw new UserError(`no update of stack ${stack} has completed successfully yet: run ${engine.fix.up}`);
}

/** The configuration of an update. */
export const configurationOf = ({ config }: Update): Configuration =>
  Object.fromEntries(Object.entries(config).map(([key, { value, objectValue }]) => [key.replace(/^.*:/, ""), objectValue ?? value]));

/** Whether an update was of the whole stack: without `--target`, `--exclude` and the like. */
export const ofAll = ({ environment }: Update): boolean => !Object.keys(environment).some((key) => /^pulumi\.flag\.(target|exclude)/.test(key));

/** Updates per request to the CLI. */
const pageSize = 100;

/** The updates of a stack, newest first; read lazily. @throws UserError if they cannot be read */
export function* readHistory(engine: Engine, stack: string): Generator<Update, void> {
  for (let page = 1; ; page++) {
    const updates = asked(engine, stack, "history", "history", "--page-size", String(pageSize), "--page", String(page)) as Update[];
    yield* updates;
    if (updates.length < pageSize) return;
  }
}

/** One update, as the engine records it. */
export interface Update {
  kind: string;
  result: string;
  /** ISO 8601, in UTC. */
  startTime: string;
  /** Message of the last commit, if it ran in a checkout. */
  message: string;
  /** Commit, and flags of the command. */
  environment: Record<string, string>;
  config: Record<string, { value?: string; objectValue?: unknown }>;
}

/** Calls the CLI's `stack …`, and parses its JSON. */
function asked(engine: Engine, stack: string, what: string, ...words: string[]): unknown {
  try {
    return JSON.parse(execFileSync(engine.command, ["stack", ...words, "--json", "--stack", stack], {
      cwd: engine.cwd, env: engine.env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 28,
    }));
  } catch (error) {
    const { code, stderr: said = "" } = error as { code?: string; stderr?: string };
    if (code === "ENOENT") throw new UserError(`${engine.command} is not installed here: ${engine.fix.install}`);
    throw new UserError(`the ${what} of stack ${stack} cannot be read: ${said.trim() || (error as Error).message}\nTry: ${engine.fix.read}`);
  }
}
