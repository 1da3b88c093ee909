import { execFileSync } from "node:child_process";
import type { Reachable } from "../components/access";
import type { Generations } from "../components/outputs";
import { UserError } from "./terminal";

/** What the commands need of a stack's outputs. */
export interface Outputs {
  apiUrl: string;
  machines: Machine[];
  reachable: Reachable[];
  deployerKey: string;
  /** Those are missing that a former program, which brought the stack up, did not count. */
  generations: Partial<Generations>;
  backups: { region: string; buckets: string[] };
}

export interface Machine {
  name: string;
  role: string;
  publicAddress: string | null;
  privateAddress: string;
}

/** How the engine's command is called for a stack. */
export interface Engine {
  command: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What makes its state readable, and what stands the stack up: for who is told that one of them is missing. */
  mend: { read: string; up: string };
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
  let text: string;
  try {
    text = execFileSync(engine.command, ["stack", "output", "--json", ...shown, "--stack", stack], {
      cwd: engine.cwd, env: engine.env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? "";
    throw new UserError(`the outputs of stack ${stack} cannot be read: ${said.trim() || (error as Error).message}\nTry: ${engine.mend.read}`);
  }
  const outputs = JSON.parse(text) as Outputs & Record<string, unknown>;
  if (!outputs.apiUrl || !outputs.reachable || !outputs.deployerKey) {
    throw new UserError(`stack ${stack} is not up, or its last update did not end: run ${engine.mend.up}`);
  }
  return outputs;
}
