/**
 * Names are asked of the resolvers that the machine's cloud has given it, and of nobody else: any other address on port 53 would be
 * a way out for whoever takes over a program. The machine reads itself who they are, and goes with them when they change.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addedRules, containerLinks, rulesDirectory, rulesPath } from "../nft";
import { sandbox } from "../sandbox";
import type { Fragment } from "../state";

/** The firewall's sets of them. What is in them is in a file that outlives a boot: names are there before the network is. */
export const resolverSets = [4, 6].map((version) => `set resolvers${version} { type ipv${version}_addr; }`);
const elementsPath = `${rulesDirectory}/elements-resolvers.nft`;

/** Lets out to them, in any chain. */
export const names = ["ip daddr @resolvers4", "ip6 daddr @resolvers6"].map((to) => `${to} meta l4proto { tcp, udp } th dport 53 accept comment "names"`);

/** Lets out to a resolver of the machine's own, as systemd-resolved's. */
export const stubNames = 'ip daddr 127.0.0.0/8 meta l4proto { tcp, udp } th dport 53 accept comment "names"';

/**
 * Lets containers ask, too. Of the same state as the firewall itself, which has the sets: an older program takes both away at once, and
 * no rules stay behind that nft cannot read.
 */
export const namesForContainers: Fragment = addedRules("forward", "names", names.map((rule) => `iifname ${containerLinks} ${rule}`));

/** The second is whom systemd-resolved asks, where programs ask it by a loopback address. */
const named = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];

const program = "/usr/local/lib/ringo/resolvers.py";
const service = "/etc/systemd/system/ringo-resolvers.service";
const path = "/etc/systemd/system/ringo-resolvers.path";
const files = [elementsPath, ...named].join(" ");
const python = `/usr/bin/python3 -IB ${program}`;
const tell = `${python} ${rulesPath} ${files}`;

export const resolvers: Fragment = {
  packages: ["python3"],
  directories: [{ path: rulesDirectory, mode: "0700" }],
  files: [
    { path: program, content: readFileSync(join(__dirname, "resolvers.py"), "utf8") },
    {
      path: service,
      content: `[Unit]
Description=Tells the firewall which resolvers this machine asks for names
After=nftables.service
# Or many changes would be the last that it takes in.
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=${tell}
# What changes while this runs does not start it again: at a boot much does at once.
ExecStart=sleep 1
ExecStart=${tell}
${sandbox({ capabilities: ["CAP_NET_ADMIN"], network: "rules", writable: [rulesDirectory] })}`,
    },
    {
      path,
      content: `[Unit]
Description=Looks for other resolvers
# Who they are now, at every boot.
Wants=ringo-resolvers.service

[Path]
${named.map((file) => `PathChanged=${file}\n`).join("")}
[Install]
WantedBy=paths.target
`,
    },
  ],
  // Before the first rules are in force, so that no step is without names.
  steps: [{
    name: "resolvers that the firewall lets out to", when: "after-files",
    unless: `${python} --known ${files}`, command: tell,
  }],
  units: [{ name: "ringo-resolvers.path", restartOn: [program, service, path] }],
};
