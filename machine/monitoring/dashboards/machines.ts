import { upOrDown, noneIsWell, type Dashboard, type Known } from "./view";

/** Whether each machine is up, and has enough resources. */
export const machines = ({ figure }: Known): Dashboard => ({
  uid: "ringo-machines",
  title: "Ringo: machines",
  description: "Whether each machine is there, what it does, and how much room it has.",
  variables: [{ name: "machine", label: "Machine", values: { source: "prometheus", series: 'up{job="node"}', label: "machine" } }],
  rows: [
    {
      title: "Now",
      panels: [
        {
          kind: "number", width: 12, title: "Machines", description: "Whether the monitor reaches each.", alerts: ["MachineDown"], ...upOrDown,
          queries: [{ expr: `up{job="node", ${machine}}`, legend: "{{machine}}" }],
        },
        {
          kind: "number", width: 4, title: "Units that failed", description: "systemd gave up on them, or their last run failed.", alerts: ["UnitFailed"], steps: noneIsWell("orange"),
          queries: [{ expr: `sum(node_systemd_unit_state{state="failed", ${machine}})` }],
        },
        {
          kind: "number", width: 4, title: "Clock off by", description: "The worst: tokens, certificates and S3's signatures depend on the time.", unit: "s", alerts: ["ClockOff"],
          queries: [{ expr: `max(${of(figure("ClockOff"))})` }],
        },
        {
          kind: "number", width: 4, title: "Youngest boot", description: "How long the machine that booted last has run.", unit: "s", steps: [{ from: null, color: "blue" }],
          queries: [{ expr: `min(time() - node_boot_time_seconds{${machine}})` }],
        },
      ],
    },
    {
      title: "Processor and memory",
      panels: [
        {
          kind: "graph", width: 8, title: "Processors", description: "The share that is busy, over five minutes.", unit: "percentunit", min: 0, max: 1, alerts: ["ProcessorBusy"],
          queries: [{ expr: of(figure("ProcessorBusy")), legend: "{{machine}}" }],
        },
        {
          kind: "graph", width: 8, title: "Memory that is left", description: "The kernel ends a process when there is none.", unit: "percentunit", min: 0, max: 1, alerts: ["MemoryLow", "MemoryNearlyOut"],
          queries: [{ expr: of(figure("MemoryLow")), legend: "{{machine}}" }],
        },
        {
          kind: "graph", width: 8, title: "Time lost waiting", description: "The share of time in which something waited for a processor, memory or a disk.", unit: "percentunit", min: 0,
          queries: ["cpu", "memory", "io"].map((what) => ({ expr: `max(rate(node_pressure_${what}_waiting_seconds_total{${machine}}[$__rate_interval]))`, legend: what })),
        },
      ],
    },
    {
      title: "Disk and network",
      panels: [
        {
          kind: "bars", width: 8, title: "Disk that is left", description: "Of each file system.", unit: "percentunit", min: 0, max: 1, alerts: ["DiskFilling", "DiskNearlyFull", "DiskFullWithinADay"],
          queries: [{ expr: of(figure("DiskFilling")), legend: "{{machine}} {{mountpoint}}" }],
        },
        {
          kind: "graph", width: 8, title: "Disk", description: "Read and written, all disks of a machine.", unit: "Bps", min: 0,
          queries: [
            { expr: `sum by (machine) (rate(node_disk_read_bytes_total{${machine}}[$__rate_interval]))`, legend: "{{machine}} read" },
            { expr: `sum by (machine) (rate(node_disk_written_bytes_total{${machine}}[$__rate_interval]))`, legend: "{{machine}} written" },
          ],
        },
        {
          kind: "graph", width: 8, title: "Network", description: "In and out, all cards of a machine.", unit: "Bps", min: 0,
          queries: [
            { expr: `sum by (machine) (rate(node_network_receive_bytes_total{${machine}}[$__rate_interval]))`, legend: "{{machine}} in" },
            { expr: `sum by (machine) (rate(node_network_transmit_bytes_total{${machine}}[$__rate_interval]))`, legend: "{{machine}} out" },
          ],
        },
      ],
    },
    {
      title: "What measures them",
      panels: [
        {
          kind: "graph", width: 12, title: "Figures that could not be read", description: "Exporters that are silent, by machine.", min: 0, alerts: ["ExporterDown", "FactsStale"],
          steps: [{ from: null, color: "green" }], queries: [{ expr: `count by (machine) (up{${machine}}) - sum by (machine) (up{${machine}})`, legend: "{{machine}}" }],
        },
        {
          kind: "graph", width: 12, title: "Series that Prometheus keeps", description: "By machine. What grows without end is a label that somebody else chooses.", min: 0,
          queries: [{ expr: `sum by (machine) (scrape_samples_post_metric_relabeling{${machine}})`, legend: "{{machine}}" }],
        },
      ],
    },
  ],
});

const machine = 'machine=~"$machine"';
/** A metric of the selected machines. */
const of = (figure: string): string => `(${figure}) and on (machine) up{job="node", ${machine}}`;
