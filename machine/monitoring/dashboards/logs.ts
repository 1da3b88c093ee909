import type { Dashboard } from "./view";

/** The logs of every machine and program. */
export const logs = (): Dashboard => ({
  uid: "ringo-logs",
  title: "Ringo: logs",
  description: "What every machine and program has said. A request's id, typed into the search, shows its whole way.",
  variables: [
    { name: "machine", label: "Machine", values: { source: "loki", series: "", label: "machine" } },
    { name: "source", label: "Log", values: { source: "loki", series: "", label: "source" } },
    { name: "level", label: "Level", values: { source: "loki", series: "", label: "level" } },
    { name: "search", label: "Search" },
  ],
  rows: [
    {
      title: "How much",
      panels: [
        {
          kind: "graph", width: 8, source: "loki", title: "Lines, by log", description: "Of what is chosen above.", min: 0, stacked: true,
          queries: [{ expr: `sum by (source) (count_over_time(${chosen} [$__auto]))`, legend: "{{source}}" }],
        },
        {
          kind: "graph", width: 8, source: "loki", title: "Lines, by level", description: "Of what is chosen above.", min: 0, stacked: true,
          queries: [{ expr: `sum by (level) (count_over_time(${chosen} [$__auto]))`, legend: "{{level}}" }],
        },
        {
          kind: "bars", width: 8, source: "loki", title: "Lines, by machine", description: "Of what is chosen above, in the time that is shown.", min: 0, steps: [{ from: null, color: "blue" }],
          queries: [{ expr: `sum by (machine) (count_over_time(${chosen} [$__range]))`, legend: "{{machine}}" }],
        },
      ],
    },
    {
      title: "What",
      panels: [{ kind: "lines", width: 24, source: "loki", title: "Lines", description: "The newest first. A click on one shows its fields.", queries: [{ expr: chosen }] }],
    },
    {
      title: "What stands out",
      panels: [
        {
          kind: "graph", width: 12, source: "loki", title: "Errors, by log", description: "Lines of level error and above, whatever is chosen.", min: 0, stacked: true,
          queries: [{ expr: 'sum by (source) (count_over_time({level=~"critical|error"} [$__auto])) or vector(0)', legend: "{{source}}" }],
        },
        {
          kind: "lines", width: 12, source: "loki", title: "Logins and what is audited", description: "Whatever is chosen.", queries: [{ expr: '{source=~"auth|audit"}' }],
        },
      ],
    },
  ],
});

const chosen = '{machine=~"$machine", source=~"$source", level=~"$level"} |= `$search`';
