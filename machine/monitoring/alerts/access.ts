import type { Concern, Stack } from "./rule";

/** Logins, and attempts. */
export const access = ({ patience }: Stack): Concern => ({
  name: "access",
  alerts: [
    {
      name: "OperatorLogin", expr: 'increase(ringo_ssh_logins_total{key="operator"}[10m]) > 0', severity: "warning",
      summary: "somebody logged in to {{ $labels.machine }} by SSH", description: "With one of the keys in operatorSshKeys. If it was not your team, a key has been stolen.",
    },
    {
      name: "UnknownLogin", expr: 'increase(ringo_ssh_logins_total{key="unknown"}[10m]) > 0', severity: "critical",
      summary: "somebody logged in to {{ $labels.machine }} with a key that the program did not install", description: "Whoever added that key had control of the machine.",
    },
    {
      name: "LoginsRefused", expr: "increase(ringo_ssh_refused_total[10m])", above: 100, severity: "warning",
      summary: "{{ $value | humanize }} log-ins to {{ $labels.machine }} were refused in ten minutes", description: "Somebody tries keys or names, from an allowed network, since no other reaches SSH.",
    },
    {
      name: "WafBlocking", expr: 'sum(rate(ringo_edge_requests_total{status="403", answered_by="edge"}[5m]))', above: 1, forSeconds: patience(120), severity: "warning",
      summary: "the edge refuses {{ $value | humanize }} requests a second", description: "An attack, or a release whose ordinary requests look like one.",
    },
  ],
});
