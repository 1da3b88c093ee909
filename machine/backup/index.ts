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

/** By which a recovery gets its WAL; `machine/backup/wal.py` names it. */
const archiveGet = `${library}/archive-get`;

/**
 * What comes before a new, empty database: filling the data directory from the backups, with their newest state or that
 * of a time; or, where no restore is asked for, the proof that there is nothing to restore.
 */
export const originCommand = (restore: string | undefined): string =>
  restore === undefined ? `${backupCommand} vacant` : `${backupCommand} initialize${restore === "latest" ? "" : ` --time ${restore}`}`;

/** `ringo-backup`, and what it needs to know of this machine. */
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

/** What one service is given beside the others. */
export interface ServiceOptions {
  /** When it is ended, as systemd takes a time. @default 12h, for a large database */
  timeout?: string;
  /** Whether only what it says is worth a line. @default false */
  quiet?: boolean;
  /** A directory of `/run` that it may write to, and that others may be at work in. @default none */
  runtimeDirectory?: string;
}

/** A run of `ringo-backup` by systemd, with no more of the machine in reach than it needs. */
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
# What is stopped, for a restore or at a shutdown, has not failed.
SuccessExitStatus=SIGTERM
${quiet ? "LogLevelMax=notice\nSyslogLevel=notice\n" : ""}${runtimeDirectory === undefined ? "" : `RuntimeDirectory=${runtimeDirectory}\nRuntimeDirectoryMode=0711\nRuntimeDirectoryPreserve=yes\n`}# It becomes other users, reads their files, and nothing more of what root may.
${sandbox({
    capabilities: ["CAP_SETUID", "CAP_SETGID", "CAP_DAC_OVERRIDE", "CAP_CHOWN", "CAP_FOWNER", "CAP_KILL"],
    network: "internet",
    writable: ["/run/lock", textfiles, ...writable],
  })}`,
});
