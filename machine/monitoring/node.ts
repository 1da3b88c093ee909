import type { Fragment } from "../state";
import { exporter } from "./exporter";
import { ports } from "./ports";

/** Files of metrics that other programs write: backups, facts. */
export const textfiles = "/var/lib/prometheus/node-exporter";

const collectors = [
  "conntrack", "cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "netdev", "pressure", "stat", "systemd", "textfile", "time",
  "timex", "uname", "vmstat",
];

/** Processor, memory, disks, network, clock and units of a machine, and what is in `textfiles`. */
export const node = (address: string): Fragment => exporter({
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
    // Containers' mounts are the machine's own disk again.
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/docker/.+)($|/)",
    "--collector.filesystem.fs-types-exclude=^(autofs|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fuse.+|hugetlbfs|mqueue|nsfs|proc|pstore|ramfs|rpc_pipefs|securityfs|sysfs|tmpfs|tracefs)$",
    "--collector.netdev.device-include=^(e|v).*",
    "--collector.diskstats.device-exclude=",
    "--collector.diskstats.device-include=^(sd|vd|nvme|xvd)[a-z0-9]*$",
  ],
  service: [
    // It reads whether the clock is synchronized, but could not set it.
    "ProtectClock=no", "SystemCallFilter=adjtimex",
    // It reads the links from the kernel, and the mounts from process 1, since its own are not the machine's.
    "RestrictAddressFamilies=AF_NETLINK", "ProtectProc=default",
  ],
});
