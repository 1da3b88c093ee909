import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const project = path.resolve(__dirname, "../..");

/** Of the stack that the commands work on, with an edge and one API machine. */
export const stackFile = "config:\n  ringo-infra:domain: api.ringo.test\n";

export interface Checkout {
  at(...parts: string[]): string;
  /** Puts a shell script in the place of a program. */
  program(name: string, body: string): void;
  /** What a command is run with: on a stack in the cloud, on api-0. */
  options(): { cwd: string; env: NodeJS.ProcessEnv };
  /** As it was at first: the stack's file, and an engine that knows the stack and does nothing. */
  reset(): void;
  remove(): void;
}

/** The operator's commands in a checkout of their own, on a stack in the cloud: with stand-ins for the engine and for ssh. To be made once: what tsx has compiled is kept with it. */
export function checkout(): Checkout {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"));
  const at = (...parts: string[]): string => path.join(directory, ...parts);
  for (const each of ["ops", "cli", "local", "components", "sdk", "machine", "config"]) fs.cpSync(path.join(project, each), at(each), { recursive: true });
  for (const each of ["bin", "tmp"]) fs.mkdirSync(at(each));
  fs.symlinkSync(path.join(project, "node_modules"), at("node_modules"));
  fs.copyFileSync(path.join(project, "package.json"), at("package.json"));
  const host = (name: string) => ({ name, address: "192.0.2.1", hostKey: "ssh-ed25519 AAAA" });
  const outputs = { apiUrl: "https://api.ringo.test", reachable: [host("edge"), host("api-0")], deployerKey: "key", machines: [{ name: "edge", role: "edge" }, { name: "api-0", role: "api" }] };
  fs.writeFileSync(at("outputs.json"), JSON.stringify(outputs));
  fs.writeFileSync(at("history.json"), JSON.stringify([{ kind: "update", result: "succeeded", environment: {}, config: {} }]));
  const program = (name: string, body: string): void => fs.writeFileSync(at("bin", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return {
    at, program,
    options: () => ({ cwd: directory, env: { ...process.env, STACK: "staging", HOST: "api-0", YES: "", TMPDIR: at("tmp"), PATH: `${at("bin")}:${process.env.PATH}` } }),
    reset: () => {
      fs.writeFileSync(at("Pulumi.staging.yaml"), stackFile);
      program("pulumi", `case "$1 $2" in "stack output") cat ${at("outputs.json")} ;; "stack history") cat ${at("history.json")} ;; esac`);
    },
    remove: () => fs.rmSync(directory, { recursive: true }),
  };
}

/** How node is told to run one of the commands. */
export const command = (name: string): string[] => ["--import", "tsx", "ops/main.ts", name];
