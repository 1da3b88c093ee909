import * as fs from "node:fs";
import * as path from "node:path";
import type { Engine } from "../cli/outputs";
import { binDir, inState } from "./paths";
import { localSecret } from "./secrets";

/** Where the engine keeps the local stack's settings. */
export const workspaceDir = inState("workspace");

/**
 * A folder for the engine's own files. It gets no debug logs, which take half of the engine's time and half
 * a gigabyte, and have no switch: if their folder cannot be created, the engine does without. `--logtostderr -v=9` prints the same.
 */
export function engineHome(directory: string): string {
  const logs = path.join(directory, "logs");
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!fs.existsSync(logs)) fs.writeFileSync(logs, "In place of a folder, so that Pulumi keeps no debug logs: local/engine.ts.\n");
  return directory;
}

/** Where the local stack keeps its state, and how its secrets are encrypted. */
export function environment(providers = ""): Record<string, string> {
  localSecret("passphrase");
  return {
    PULUMI_BACKEND_URL: `file://${inState("pulumi")}`,
    PULUMI_HOME: engineHome(inState("pulumi", "home")),
    PULUMI_CONFIG_PASSPHRASE_FILE: inState("secrets", "passphrase"),
    PULUMI_DEBUG_PROVIDERS: providers,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** True when this machine has a local stack. */
export const exists = (): boolean => fs.existsSync(inState("pulumi", ".pulumi", "stacks"));

/** The engine's own command, for operations shorter than loading its SDK. */
export const localEngine = (): Engine => ({
  command: path.join(binDir, "pulumi"), cwd: workspaceDir, env: { ...process.env, ...environment() }, fix: { install: "make up", read: "make up", up: "make up" },
});
