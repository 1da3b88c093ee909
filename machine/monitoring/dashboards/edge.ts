import { lines, noneIsWell, upOrDown, type Dashboard, type Known } from "./view";

/** Requests from the internet, and refusals. */
export const edge = ({ figure }: Known): Dashboard => ({
  uid: "ringo-edge",
  title: "Ringo: edge and firewall",
  description: "What comes in from the internet, what is refused and why, and who logs in.",
  rows: [
    {
      title: "Now",
      panels: [
        { kind: "number", width: 4, title: "nginx", description: "Whether it answers.", alerts: ["EdgeDown"], ...upOrDown, queries: [{ expr: "nginx_up" }] },
        {
          kind: "number", width: 4, title: "Certificate ends in", description: "It is renewed when a third of its lifetime is left.", unit: "s", alerts: ["CertificateExpiring", "CertificateEnding"],
          queries: [{ expr: figure("CertificateExpiring") }],
        },
        {
          kind: "number", width: 4, title: "Requests", description: "All of them, files and health checks too.", unit: "reqps", trend: true, steps: [{ from: null, color: "blue" }],
          queries: [{ expr: "sum(rate(ringo_edge_requests_total[$__rate_interval]))" }],
        },
        {
          kind: "number", width: 4, title: "Refused by filter or firewall", description: "403 of the edge itself.", unit: "reqps", trend: true, alerts: ["WafBlocking"],
          queries: [{ expr: `${figure("WafBlocking")} or vector(0)` }],
        },
        {
          kind: "number", width: 4, title: "Refused by rate", description: "429: more than one address may ask for.", unit: "reqps", trend: true, steps: [{ from: null, color: "blue" }],
          queries: [{ expr: 'sum(rate(ringo_edge_requests_total{status="429", answered_by="edge"}[5m])) or vector(0)' }],
        },
        {
          kind: "number", width: 4, title: "Connections", description: "Open at this moment.", trend: true, steps: [{ from: null, color: "blue" }], queries: [{ expr: "nginx_connections_active" }],
        },
      ],
    },
    {
      title: "Requests",
      panels: [
        {
          kind: "graph", width: 12, title: "By who answered", description: "What the edge answers itself never reached an API machine.", unit: "reqps", min: 0, stacked: true,
          queries: [{ expr: "sum by (answered_by) (rate(ringo_edge_requests_total[$__rate_interval]))", legend: "{{answered_by}}" }],
        },
        {
          kind: "graph", width: 12, title: "Refused, by status", description: "400: two ways to read it; 403: filter or firewall; 413: too large; 429: too many.", unit: "reqps", min: 0, stacked: true, alerts: ["WafBlocking"],
          queries: [{ expr: 'sum by (status) (rate(ringo_edge_requests_total{status=~"4..", answered_by="edge"}[$__rate_interval])) or on () vector(0)', legend: "{{status}}" }],
        },
        {
          kind: "graph", width: 12, title: "Connections, by what they do", description: "Many that read are slow clients, or an attack by them.", min: 0, stacked: true,
          queries: ["reading", "writing", "waiting"].map((what) => ({ expr: `nginx_connections_${what}`, legend: what })),
        },
        {
          kind: "graph", width: 12, title: "Traffic of the internet", description: "Of the edge's public network card.", unit: "Bps", min: 0,
          queries: [
            { expr: 'rate(node_network_receive_bytes_total{role="edge", device="eth0"}[$__rate_interval])', legend: "in" },
            { expr: 'rate(node_network_transmit_bytes_total{role="edge", device="eth0"}[$__rate_interval])', legend: "out" },
          ],
        },
      ],
    },
    {
      title: "Firewall, from the log",
      panels: [
        {
          kind: "bars", width: 12, source: "loki", title: "Rules that matched", description: "In the time that is shown. A rule that ordinary requests meet may be excluded: docs/security/waf.md.", min: 0,
          steps: [{ from: null, color: "blue" }], queries: [{ expr: 'topk(10, sum by (rule) (count_over_time({source="waf"} | json rule="rule" [$__range]))) or vector(0)', legend: "{{rule}}" }],
        },
        {
          kind: "bars", width: 12, source: "loki", title: "Whose requests they were", description: "Addresses, in the time that is shown.", min: 0, steps: [{ from: null, color: "blue" }],
          queries: [{ expr: 'topk(10, sum by (client) (count_over_time({source="waf"} | json client="client" [$__range]))) or vector(0)', legend: "{{client}}" }],
        },
        lines("What the firewall says", "The newest lines.", '{source="waf"} | json rule="rule", status="status", client="client", message="message" | line_format "{{.rule}} {{.status}} {{.client}} {{.message}}"'),
      ],
    },
    {
      title: "Who logs in",
      panels: [
        {
          kind: "number", width: 8, title: "Operators", description: "Logins by SSH with one of operatorSshKeys, in the time that is shown.", alerts: ["OperatorLogin"], steps: [{ from: null, color: "blue" }],
          queries: [{ expr: 'round(sum(increase(ringo_ssh_logins_total{key="operator"}[$__range]))) or vector(0)' }],
        },
        {
          kind: "number", width: 8, title: "Unknown keys", description: "Logins with a key that the program did not put there.", alerts: ["UnknownLogin"], steps: noneIsWell("red"),
          queries: [{ expr: 'round(sum(increase(ringo_ssh_logins_total{key="unknown"}[$__range]))) or vector(0)' }],
        },
        {
          kind: "number", width: 8, title: "Refused", description: "Attempts to log in by SSH that were refused, in the time that is shown.", alerts: ["LoginsRefused"], steps: [{ from: null, color: "blue" }],
          queries: [{ expr: "round(sum(increase(ringo_ssh_refused_total[$__range])))" }],
        },
        {
          kind: "graph", width: 24, title: "Attempts that were refused", description: "Within ten minutes, by machine.", min: 0, alerts: ["LoginsRefused"],
          queries: [{ expr: figure("LoginsRefused"), legend: "{{machine}}" }],
        },
      ],
    },
  ],
});
