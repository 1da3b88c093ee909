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

/** How the engine's command is called for a stack. */
export interface Engine {
  command: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What installs it, what makes its state readable, and what stands the stack up: for who is told that one of them is missing. */
  mend: { install: string; read: string; up: string };
}

/** What the engine's command shows in the place of a secret. */
export const hidden = "[secret]";

/**
 * The outputs of a stack that is up.
 * @param options.secrets whether those that are secret are shown. @default false: they read "[secret]"
 * @throws UserError when they cannot be read, or the stack is not up
 */
export function readOutputs(engine: Engine, stack: string, options: { secrets?: boolean } = {}): Outputs & Record<string, unknown> {
  const shown = options.secrets ? ["--show-secrets"] : [];
  const outputs = asked(engine, stack, "outputs", "output", ...shown) as Outputs & Record<string, unknown>;
  if (!outputs.apiUrl || !outputs.reachable || !outputs.deployerKey) {
    throw new UserError(`stack ${stack} is not up, or its last update did not complete: run ${engine.mend.up}`);
  }
  return outputs;
}

/**
 * The configuration that is in force on every machine: that of the last update of the whole stack which ended well. What the stack's file says may be
 * older, or may never have been brought about.
 * @throws UserError when no update ended well
 */
export function readInForce(engine: Engine, stack: string): Configuration {
  for (const update of readHistory(engine, stack)) {
    if (update.kind === "update" && update.result === "succeeded" && ofAll(update)) return configurationOf(update);
  }
  throw new UserError(`no update of stack ${stack} has completed successfully yet: run ${engine.mend.up}`);
}

/** What the stack was to be when the engine worked on it. */
export const configurationOf = ({ config }: Update): Configuration =>
  Object.fromEntries(Object.entries(config).map(([key, { value, objectValue }]) => [key.replace(/^.*:/, ""), objectValue ?? value]));

/** Some resources alone were updated, where `--target`, `--exclude` or one of their kind was given; the configuration was the whole stack's. */
export const ofAll = ({ environment }: Update): boolean => !Object.keys(environment).some((key) => /^pulumi\.flag\.(target|exclude)/.test(key));

/** How many the engine is asked for at once. */
const pageSize = 100;

/** What the engine did to a stack, the newest first; read only as far as it is looked at. @throws UserError when it cannot be read */
export function* readHistory(engine: Engine, stack: string): Generator<Update, void> {
  for (let page = 1; ; page++) {
    const updates = asked(engine, stack, "history", "history", "--page-size", String(pageSize), "--page", String(page)) as Update[];
    yield* updates;
    if (updates.length < pageSize) return;
  }
}

/** What the engine notes of one of its works. */
export interface Update {
  kind: string;
  result: string;
  /** ISO 8601, in UTC. */
  startTime: string;
  /** The last commit's, where it worked on a checkout. */
  message: string;
  /** Of which commit, and by which flags. */
  environment: Record<string, string>;
  config: Record<string, { value?: string; objectValue?: unknown }>;
}

/** What the engine's command says of a stack. */
function asked(engine: Engine, stack: string, what: string, ...words: string[]): unknown {
  try {
    return JSON.parse(execFileSync(engine.command, ["stack", ...words, "--json", "--stack", stack], {
      cwd: engine.cwd, env: engine.env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 28,
    }));
  } catch (error) {
    const { code, stderr: said = "" } = error as { code?: string; stderr?: string };
    if (code === "ENOENT") throw new UserError(`${engine.command} is not installed here: ${engine.mend.install}`);
    throw new UserError(`the ${what} of stack ${stack} cannot be read: ${said.trim() || (error as Error).message}\nTry: ${engine.mend.read}`);
  }
}
