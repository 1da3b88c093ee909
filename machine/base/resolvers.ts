/**
 * DNS queries go only to the resolvers that the cloud gave the machine: any other address on port 53 would be
 * a way out for an intruder. The machine determines its resolvers itself, and follows when they change.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addedRules, containerLinks, rulesDirectory, rulesPath } from "../nft";
import { sandbox } from "../sandbox";
import type { Fragment } from "../state";

/** The firewall's sets of them. Their elements are in a file that survives a boot, since names are needed before the network is up. */
export const resolverSets = [4, 6].map((version) => `set resolvers${version} { type ipv${version}_addr; }`);
const elementsPath = `${rulesDirectory}/elements-resolvers.nft`;

/** Allows connections to them, in any chain. */
export const names = ["ip daddr @resolvers4", "ip6 daddr @resolvers6"].map((to) => `${to} meta l4proto { tcp, udp } th dport 53 accept comment "names"`);

/** Allows connections to a resolver on the machine itself, such as systemd-resolved. */
export const stubNames = 'ip daddr 127.0.0.0/8 meta l4proto { tcp, udp } th dport 53 accept comment "names"';

/**
 * Allows containers, too. In the same state as the firewall itself, which has the sets: an older program removes both at once, and
 * leaves no rules that nft cannot load.
 */
export const namesForContainers: Fragment = addedRules("forward", "names", names.map((rule) => `iifname ${containerLinks} ${rule}`));

/** The second lists systemd-resolved's upstreams, if programs use its loopback address. */
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
# Otherwise it would stop reacting after many changes.
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=${tell}
# Changes while this runs do not start it again: at a boot there are many at once.
ExecStart=sleep 1
ExecStart=${tell}
${sandbox({ capabilities: ["CAP_NET_ADMIN"], network: "rules", writable: [rulesDirectory] })}`,
    },
    {
      path,
      content: `[Unit]
Description=Looks for other resolvers
# The current ones, at every boot.
Wants=ringo-resolvers.service

[Path]
${named.map((file) => `PathChanged=${file}\n`).join("")}
[Install]
WantedBy=paths.target
`,
    },
  ],
  // Before the first rules are in force, so that every step can resolve names.
  steps: [{
    name: "resolvers that the firewall lets out to", when: "after-files",
    unless: `${python} --known ${files}`, command: tell,
  }],
  units: [{ name: "ringo-resolvers.path", restartOn: [program, service, path] }],
};
