import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { json } from "../content";
import { sandbox } from "../sandbox";
import type { Fragment } from "../state";
import { textfiles } from "./node";

export interface FactsOptions {
  /** The public keys that may log in as root, by owner. */
  keys: Record<"deployer" | "operator", string[]>;
}

const program = "/usr/local/lib/ringo/facts.py";
const settings = "/etc/ringo/facts.json";
const unit = "/etc/systemd/system/ringo-facts.service";

/** Metrics that no packaged exporter has: logins, and the backend's processes. */
export const facts = ({ keys }: FactsOptions): Fragment => ({
  packages: ["python3"],
  directories: [{ path: textfiles }],
  files: [
    { path: program, content: readFileSync(join(__dirname, "facts.py"), "utf8") },
    { path: settings, content: json({ keys: { deployer: keys.deployer.map(fingerprint), operator: keys.operator.map(fingerprint) }, directory: textfiles }) },
    { path: unit, content: factsUnit },
  ],
  units: [{ name: "ringo-facts.service", restartOn: [program, settings, unit] }],
});

/** `SHA256:…`, sshd's fingerprint of a key. */
export const fingerprint = (publicKey: string): string =>
  `SHA256:${createHash("sha256").update(Buffer.from(publicKey.trim().split(" ")[1], "base64")).digest("base64").replace(/=+$/, "")}`;

const factsUnit = `[Unit]
Description=Facts about this machine for the monitor
After=systemd-journald.service

[Service]
ExecStart=/usr/bin/python3 -IB ${program} ${settings}
Restart=always
RestartSec=2
# It reads other users' process names and the journal, and writes one file.
${sandbox({ capabilities: ["CAP_DAC_READ_SEARCH"], writable: [textfiles] })}ProtectProc=default

[Install]
WantedBy=multi-user.target
`;
