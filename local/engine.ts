import * as fs from "node:fs";
import * as path from "node:path";
import type { Engine } from "../cli/outputs";
import { binDir, inState } from "./paths";
import { localSecret } from "./secrets";

/** Where the engine keeps the local stack's settings. */
export const workspaceDir = inState("workspace");

/**
 * A folder for what the engine keeps beside stacks. It gets no log of all that is done, which takes half of the engine's time and half
 * a gigabyte, and has no switch: where its folder cannot be made, the engine goes without. `--logtostderr -v=9` tells as much.
 */
export function engineHome(directory: string): string {
  const logs = path.join(directory, "logs");
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!fs.existsSync(logs)) fs.writeFileSync(logs, "In the place of a folder, so that Pulumi keeps no debug logs: local/engine.ts.\n");
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

/** The engine's own command, for what its SDK would take longer to load than to do. */
export const localEngine = (): Engine => ({
  command: path.join(binDir, "pulumi"), cwd: workspaceDir, env: { ...process.env, ...environment() }, fix: { install: "make up", read: "make up", up: "make up" },
});
