import * as fs from "node:fs";
import * as path from "node:path";

/** What cloud-init learns at first boot. */
export interface Seed {
  id: number;
  hostname: string;
  /** Public keys of root. */
  publicKeys: string[];
  userData?: string;
}

/** The files of cloud-init's NoCloud data source; JSON is YAML. */
export function renderSeed(seed: Seed): Record<string, string> {
  const metadata = { "instance-id": String(seed.id), "local-hostname": seed.hostname, "public-keys": seed.publicKeys };
  return {
    "meta-data": `${JSON.stringify(metadata, undefined, 2)}\n`,
    "user-data": seed.userData ?? "#cloud-config\n{}\n",
  };
}

/** Writes the seed into a root file system; root alone can read it. */
export function writeSeed(root: string, seed: Seed): void {
  const directory = path.join(root, "var/lib/cloud/seed/nocloud");
  fs.mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(renderSeed(seed))) {
    fs.writeFileSync(path.join(directory, name), content, { mode: 0o600 });
  }
}
