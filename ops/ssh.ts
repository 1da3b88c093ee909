import * as fs from "node:fs";
import { sshFiles, type Reachable } from "../components/access";

/** Writes what an SSH client needs to reach every machine of a stack and to know each; the key is for its owner alone. Gives the configuration's path. */
export function writeSshFiles(directory: string, reachable: Reachable[], deployerKey: string): string {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [bastion, ...others] = reachable;
  const files = sshFiles(bastion, others, directory);
  fs.writeFileSync(`${directory}/deployer`, deployerKey, { mode: 0o600 });
  fs.writeFileSync(`${directory}/known_hosts`, files.knownHosts);
  fs.writeFileSync(`${directory}/config`, files.config);
  return `${directory}/config`;
}

/** A word for the shell on the other side. */
export const quoted = (word: string): string => (/^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
