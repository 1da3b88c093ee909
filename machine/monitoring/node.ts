import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { json } from "../content";
import { sandbox } from "../sandbox";
import { combine, type Fragment } from "../state";
import { exporter } from "./exporter";
import { ports } from "./ports";

/** Files of metrics that other programs write: backups, facts. */
export const textfiles = "/var/lib/prometheus/node-exporter";

const collectors = [
  "conntrack", "cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "netdev", "pressure", "stat", "systemd", "textfile", "time",
  "timex", "uname", "vmstat",
];

/** Processor, memory, disks, network, clock and units of a machine, and what is in `textfiles`. */
const node = (address: string): Fragment => exporter({
  name: "prometheus-node-exporter",
  listen: `${address}:${ports.node}`,
  command: [
    "/usr/bin/prometheus-node-exporter",
    `--web.listen-address=${address}:${ports.node}`,
    "--web.disable-exporter-metrics",
    "--collector.disable-defaults",
    ...collectors.map((name) => `--collector.${name}`),
    `--collector.textfile.directory=${textfiles}`,
    "--collector.systemd.unit-include=.+\\.(service|mount|timer|path)",
    "--collector.systemd.enable-restarts-metrics",
    // What containers see of it is the machine's own disk once more.
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/docker/.+)($|/)",
    "--collector.filesystem.fs-types-exclude=^(autofs|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fuse.+|hugetlbfs|mqueue|nsfs|proc|pstore|ramfs|rpc_pipefs|securityfs|sysfs|tmpfs|tracefs)$",
    "--collector.netdev.device-include=^(e|v).*",
    "--collector.diskstats.device-exclude=",
    "--collector.diskstats.device-include=^(sd|vd|nvme|xvd)[a-z0-9]*$",
  ],
  service: [
    // It asks the kernel whether the clock is set, and could not set it.
    "ProtectClock=no", "SystemCallFilter=adjtimex",
    // It asks the kernel for its links, and the first process for its mounts: its own are not the machine's.
    "RestrictAddressFamilies=AF_NETLINK", "ProtectProc=default",
  ],
});

export interface FactsOptions {
  /** The public keys that may log in as root, by whose they are. */
  keys: Record<"deployer" | "operator", string[]>;
}

const program = "/usr/local/lib/ringo/facts.py";
const settings = "/etc/ringo/facts.json";
const unit = "/etc/systemd/system/ringo-facts.service";

/** What no packaged exporter tells: who logged in, and which of the backend's processes run. */
const facts = ({ keys }: FactsOptions): Fragment => ({
  packages: ["python3"],
  directories: [{ path: textfiles }],
  files: [
    { path: program, content: readFileSync(join(__dirname, "facts.py"), "utf8") },
    { path: settings, content: json({ keys: { deployer: keys.deployer.map(fingerprint), operator: keys.operator.map(fingerprint) }, directory: textfiles }) },
    { path: unit, content: factsUnit },
  ],
  units: [{ name: "ringo-facts.service", restartOn: [program, settings, unit] }],
});

/** `SHA256:…`, as sshd calls a key. */
export const fingerprint = (publicKey: string): string =>
  `SHA256:${createHash("sha256").update(Buffer.from(publicKey.trim().split(" ")[1], "base64")).digest("base64").replace(/=+$/, "")}`;

/** Everything that every machine is measured by. */
export const machine = (address: string, options: FactsOptions): Fragment => combine(node(address), facts(options));

const factsUnit = `[Unit]
Description=Facts about this machine for the monitor
After=systemd-journald.service

[Service]
ExecStart=/usr/bin/python3 -IB ${program} ${settings}
Restart=always
RestartSec=2
# It reads what processes of other users are called, and the journal, and writes one file.
${sandbox({ capabilities: ["CAP_DAC_READ_SEARCH"], writable: [textfiles] })}ProtectProc=default

[Install]
WantedBy=multi-user.target
`;
