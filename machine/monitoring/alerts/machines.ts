import type { Concern, Stack } from "./rule";

/** Whether machines are up, and have enough resources. */
export const machines = ({ patience }: Stack): Concern => {
  const available = "node_filesystem_avail_bytes{fstype!~\"fuse.*|overlay|squashfs\"} / node_filesystem_size_bytes";
  const facts = 'node_textfile_mtime_seconds{file=~".*/ringo_facts.prom"}';
  const memory = "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes";
  // Relative to the observed time, which is less than five minutes for a machine that was just added or removed.
  const busy = '1 - sum by (machine, role) (rate(node_cpu_seconds_total{mode="idle"}[5m])) / sum by (machine, role) (rate(node_cpu_seconds_total[5m]))';
  return {
    name: "machines",
    alerts: [
      {
        name: "MachineDown", expr: 'up{job="node"} == 0', forSeconds: patience(60), severity: "critical",
        summary: "{{ $labels.machine }} does not answer", description: "The monitor cannot reach this machine: it is off, cut off or overloaded.",
      },
      {
        // Intended reboots shut the machine down first: updates in their hour, operators, a proper resize.
        name: "MachineCrashed", expr: "time() - ringo_crash_timestamp_seconds", below: 3600, severity: "warning",
        summary: "{{ $labels.machine }} came up {{ $value | humanizeDuration }} ago, without having been shut down", description: "Its kernel or its host crashed, or its power was cut. What ran there was cut off.",
      },
      {
        // The exporter itself has an alert of its own.
        name: "ExporterDown", expr: 'up{job!~"node|django|probe|certificate|loki|grafana"} == 0 unless on (machine) up{job="node"} == 0', forSeconds: patience(120), severity: "warning",
        summary: "no metrics of {{ $labels.job }} on {{ $labels.machine }}", description: "The machine is up, but this exporter is not: its alerts cannot fire.",
      },
      {
        name: "FactsStale", forSeconds: patience(60), severity: "warning",
        expr: `time() - ${facts} > 60 or up{job="node"} == 1 unless on (machine) ${facts}`,
        summary: "{{ $labels.machine }} no longer reports its processes", description: "Beat, pool sizes and logins of this machine are not watched.",
      },
      {
        name: "DiskFilling", expr: available, below: 0.2, forSeconds: patience(600), severity: "warning",
        summary: "{{ $labels.mountpoint }} on {{ $labels.machine }} has {{ $value | humanizePercentage }} free", description: "There is time to make room or to grow the disk.",
      },
      {
        name: "DiskNearlyFull", expr: available, below: 0.1, forSeconds: patience(60), severity: "critical",
        summary: "{{ $labels.mountpoint }} on {{ $labels.machine }} has {{ $value | humanizePercentage }} free", description: "When it is full, PostgreSQL stops, and uploads and logs are lost.",
      },
      {
        name: "DiskFullWithinADay", severity: "warning", forSeconds: patience(3600),
        // Only after some hours: an installation fills a disk faster than anything after it.
        expr: `predict_linear(node_filesystem_avail_bytes{fstype!~"fuse.*|overlay|squashfs"}[6h], 86400) < 0 and (${available}) < 0.5 and node_filesystem_avail_bytes offset 3h`,
        summary: "{{ $labels.mountpoint }} on {{ $labels.machine }} is full within a day at this rate", description: "Something grows faster than usual.",
      },
      {
        name: "DiskFilesNearlyOut", expr: 'node_filesystem_files_free{fstype!~"fuse.*|overlay|squashfs"} / (node_filesystem_files > 0)', below: 0.1, forSeconds: patience(60), severity: "critical",
        summary: "{{ $labels.mountpoint }} on {{ $labels.machine }} has {{ $value | humanizePercentage }} of its inodes left", description: "Without inodes no file can be created, even if there is space.",
      },
      {
        name: "DiskReadOnly", expr: 'node_filesystem_readonly{fstype!~"fuse.*|overlay|squashfs|iso9660"} == 1', forSeconds: patience(60), severity: "critical",
        summary: "{{ $labels.mountpoint }} on {{ $labels.machine }} cannot be written", description: "The kernel found an error on this disk and remounted it read-only.",
      },
      {
        name: "MemoryLow", expr: memory, below: 0.1, forSeconds: patience(600), severity: "warning",
        summary: "{{ $labels.machine }} has {{ $value | humanizePercentage }} of its memory left", description: "When there is none, the kernel kills a process.",
      },
      {
        name: "MemoryNearlyOut", expr: memory, below: 0.05, forSeconds: patience(120), severity: "critical",
        summary: "{{ $labels.machine }} has {{ $value | humanizePercentage }} of its memory left", description: "The kernel is about to kill a process.",
      },
      {
        name: "MemoryRanOut", expr: "increase(node_vmstat_oom_kill[10m]) > 0", severity: "warning",
        summary: "the kernel has killed a process on {{ $labels.machine }} for lack of memory", description: "Its work is lost. Perhaps only one container's memory limit was too small.",
      },
      {
        name: "ProcessorBusy", expr: busy, above: 0.95, and: 'on (machine) up{job="node"} == 1', forSeconds: patience(1800), severity: "warning",
        summary: "{{ $labels.machine }}'s processor is {{ $value | humanizePercentage }} busy", description: "Answers are slow, and there is no room for a burst.",
      },
      {
        name: "ClockOff", expr: "abs(node_time_seconds - timestamp(node_time_seconds))", above: 5, forSeconds: patience(60), severity: "critical",
        summary: "the clock of {{ $labels.machine }} is {{ $value | humanizeDuration }} off the monitor's",
        description: "Tokens, certificates, S3's signatures, logs and restores to a point in time depend on the time.",
      },
      {
        // A container's clock is its host's: nobody sets it there, and timesyncd does not run.
        name: "ClockUnsynchronised", severity: "warning", forSeconds: patience(3600),
        expr: 'node_timex_sync_status == 0 and on (machine) node_systemd_unit_state{name="systemd-timesyncd.service", state="active"} == 1',
        summary: "the clock of {{ $labels.machine }} is not synchronised", description: "It will drift.",
      },
      {
        name: "UnitFailed", expr: 'node_systemd_unit_state{state="failed"} == 1', forSeconds: patience(120), keepSeconds: patience(60), severity: "warning",
        summary: "{{ $labels.name }} has failed on {{ $labels.machine }}", description: "systemd gave up on this unit, or its last run failed.",
      },
      {
        // Each night; no unit fails if they do.
        name: "UpdatesOld", expr: "time() - ringo_updated_timestamp_seconds", above: 3 * 86400, severity: "warning",
        summary: "{{ $labels.machine }} has had no security updates for {{ $value | humanizeDuration }}", description: "They are due each night: they fail, or their timer does not run.",
      },
      {
        name: "UnitRestarting", expr: "increase(node_systemd_service_restart_total[15m])", above: 5, severity: "warning",
        summary: "{{ $labels.name }} on {{ $labels.machine }} was restarted {{ $value | humanize }} times in fifteen minutes", description: "It keeps crashing, and systemd keeps restarting it, so it never counts as failed.",
      },
    ],
  };
};
