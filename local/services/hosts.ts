import * as fs from "node:fs";

const begin = "# ringo-local: begin (removed by make destroy)";
const end = "# ringo-local: end";
const hostsFile = "/etc/hosts";

/** A name that the host itself can resolve. */
export interface HostEntry {
  name: string;
  address: string;
}

/** The text of a hosts file with exactly these entries in our block, which is removed if there are none. */
export function withHosts(text: string, entries: HostEntry[]): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const kept: string[] = [];
  let ours = false;
  for (const line of lines) {
    if (line === begin) ours = true;
    if (!ours) kept.push(line);
    if (line === end) ours = false;
  }
  // A block without its end was edited by hand: what follows is not ours to remove.
  if (ours) kept.push(...lines.slice(lines.lastIndexOf(begin) + 1));
  const block = entries.length === 0 ? [] : [begin, ...entries.map(({ address, name }) => `${address} ${name}`), end];
  return [...kept, ...block].join("\n") + "\n";
}

/** Makes the host resolve these names, and no other ones of ours. */
export function publishHosts(entries: HostEntry[]): void {
  const text = fs.readFileSync(hostsFile, "utf8");
  const wanted = withHosts(text, entries);
  // In place: in a container the file is a mount, which cannot be replaced by renaming.
  if (wanted !== text) fs.writeFileSync(hostsFile, wanted);
}

/** Removes all our names from the host's /etc/hosts. */
export const removeHosts = (): void => publishHosts([]);
