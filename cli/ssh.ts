import * as fs from "node:fs";
import type { Reachable } from "../components/access";
import { replaceFile } from "./replace";

/** Writes configuration, known hosts and key (0600) for an SSH client, for every machine of a stack. Returns the configuration's path. */
export function writeSshFiles(directory: string, reachable: Reachable[], deployerKey: string): string {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [bastion, ...others] = reachable;
  const files = sshFiles(bastion, others, directory);
  replaceFile(`${directory}/deployer`, deployerKey);
  replaceFile(`${directory}/known_hosts`, files.knownHosts);
  replaceFile(`${directory}/config`, files.config);
  return `${directory}/config`;
}

/**
 * An OpenSSH client's configuration and known hosts for a stack: every host key pinned, everything but the bastion
 * reached through it.
 * @param directory where both files and the key `deployer` are kept.
 */
export function sshFiles(bastion: Reachable, others: Reachable[], directory: string): { config: string; knownHosts: string } {
  const all = [bastion, ...others];
  const common = [
    "Host *",
    "  User root",
    `  IdentityFile ${directory}/deployer`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${directory}/known_hosts`,
    "  StrictHostKeyChecking yes",
    "  ConnectTimeout 15",
    // A machine that dies while it is asked says nothing: TCP alone would wait for hours.
    "  ServerAliveInterval 30",
    "  ServerAliveCountMax 2",
  ];
  const entry = (host: Reachable): string[] => [
    `Host ${host.name}`,
    `  HostName ${host.address}`,
    `  HostKeyAlias ${host.name}`,
    ...(host === bastion ? [] : [`  ProxyJump ${bastion.name}`]),
  ];
  return {
    config: `${[...all.flatMap(entry), ...common].join("\n")}\n`,
    knownHosts: all.map((host) => `${host.name} ${host.hostKey}\n`).join(""),
  };
}
