import { readFileSync } from "node:fs";
import { join } from "node:path";
import { json, pythonModules } from "../content";
import { etc, unit, version } from "../data/postgres/cluster";
import { textfiles } from "../monitoring/node";
import { sandbox } from "../sandbox";
import type { File, Fragment } from "../state";

export interface BackupToolOptions {
  /** The name of this database's backups. */
  stanza: string;
  /** PostgreSQL's data directory. */
  dataDirectory: string;
  /** The application's databases. */
  databases: string[];
  /** Directory of the media files, where they are backed up. */
  media?: string;
}

const library = "/usr/local/lib/ringo/backup";

/** The command that operators and timers use on the machine: `ringo-backup`. */
export const backupCommand = "/usr/local/sbin/ringo-backup";

/** Fetches a recovery's WAL; used by `machine/backup/wal.py`. */
const archiveGet = `${library}/archive-get`;

/**
 * Run before a new, empty database is created: fills the data directory from the backups, with their newest state or that
 * of a time; or, if no restore is requested, checks that there is nothing to restore.
 */
export const originCommand = (restore: string | undefined): string =>
  restore === undefined ? `${backupCommand} vacant` : `${backupCommand} initialize${restore === "latest" ? "" : ` --time ${restore}`}`;

/** `ringo-backup`, and its settings for this machine. */
export function backupTool(options: BackupToolOptions): Fragment {
  const settings = {
    stanza: options.stanza,
    cluster: {
      version,
      unit,
      configuration: `${etc}/postgresql.conf`,
      data: options.dataDirectory,
    },
    databases: options.databases,
    media: options.media ?? null,
  };
  return {
    packages: [`postgresql-client-${version}`, "python3"],
    directories: [{ path: textfiles }],
    files: [
      ...pythonModules(__dirname, library),
      { path: archiveGet, mode: "0755", content: readFileSync(join(__dirname, "archive-get.sh"), "utf8") },
      { path: backupCommand, mode: "0755", content: launcher },
      { path: "/etc/ringo/backup.json", content: json(settings) },
    ],
  };
}

const launcher = `#!/usr/bin/python3 -IB
import sys

sys.path.insert(0, "/usr/local/lib/ringo")
from backup.main import main

sys.exit(main(sys.argv[1:]))
`;

/** Options of one service. */
export interface ServiceOptions {
  /** Its timeout, in systemd's notation. @default 12h, for a large database */
  timeout?: string;
  /** Whether systemd's own messages about it are suppressed. @default false */
  quiet?: boolean;
  /** A directory of `/run` that it may write to, shared with others. @default none */
  runtimeDirectory?: string;
}

/** A systemd service that runs `ringo-backup`, confined to what it needs. */
export const service = (name: string, description: string, arguments_: string, writable: string[], { timeout = "12h", quiet = false, runtimeDirectory }: ServiceOptions = {}): File => ({
  path: `/etc/systemd/system/${name}.service`,
  content: `[Unit]
Description=${description}
Wants=network-online.target
After=network-online.target ${unit}

[Service]
Type=oneshot
ExecStart=${backupCommand} ${arguments_}
Nice=10
IOSchedulingClass=idle
TimeoutStartSec=${timeout}
# If stopped, for a restore or at a shutdown, it has not failed.
SuccessExitStatus=SIGTERM
${quiet ? "LogLevelMax=notice\nSyslogLevel=notice\n" : ""}${runtimeDirectory === undefined ? "" : `RuntimeDirectory=${runtimeDirectory}\nRuntimeDirectoryMode=0711\nRuntimeDirectoryPreserve=yes\n`}# It may switch to other users and read their files, but has no other rights of root.
${sandbox({
    capabilities: ["CAP_SETUID", "CAP_SETGID", "CAP_DAC_OVERRIDE", "CAP_CHOWN", "CAP_FOWNER", "CAP_KILL"],
    network: "internet",
    writable: ["/run/lock", textfiles, ...writable],
  })}`,
});
