import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { inState } from "../paths";
import { ensureRunning, type Service } from "./supervise";

/**
 * Runs a server of our own: `<name>/server.ts`, which reads its settings from a file. A changed program or changed settings
 * restart it.
 * @throws as {@link ensureRunning}
 */
export function ensureServer({ name, settings, ready }: { name: string; settings: object; ready: Service["ready"] }): Promise<void> {
  const server = path.join(__dirname, name, "server.ts");
  const configPath = inState(name, "server.json");
  const program = createHash("sha256").update(fs.readFileSync(server)).digest("hex");
  return ensureRunning({
    name,
    // Node strips types by itself.
    command: [process.execPath, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", server, configPath],
    files: [{ path: configPath, content: JSON.stringify({ ...settings, program }, undefined, 2) }],
    ready,
  });
}
