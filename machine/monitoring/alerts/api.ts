import { renewedWithDays } from "../../edge/certbot";
import type { Alert, Concern, Recording, Severity, Stack } from "./rule";

const requests = 'ringo_edge_requests_total{route=~"api|admin"}';
const failed = 'ringo_edge_requests_total{route=~"api|admin", status=~"5.."}';
const files = 'ringo_edge_requests_total{route="files"}';
const failedFiles = 'ringo_edge_requests_total{route="files", status=~"5.."}';
/** Ratios of very few requests mean nothing. */
const enough = (window: string, perSecond: number, of = requests) => `sum(rate(${of}[${window}])) > ${perSecond}`;

/** Whether the API answers, quickly and correctly, as seen by clients at the edge. */
export const api = (stack: Stack): Concern => {
  const { patience } = stack;
  const latency = 'histogram_quantile(0.95, sum by (le) (rate(ringo_edge_request_seconds_bucket{route=~"api|admin"}[5m])))';
  const errors = `sum(rate(${failed}[5m])) / sum(rate(${requests}[5m]))`;
  return {
    name: "api",
    recordings: ratios,
    alerts: [
      {
        name: "ApiSlow", expr: latency, above: 0.2, and: `on () ${enough("5m", 0.1)}`, forSeconds: patience(300), severity: "warning",
        summary: "one request in twenty takes longer than {{ $value | humanizeDuration }}", description: "The objective is 200 ms.",
      },
      {
        name: "ApiVerySlow", expr: latency, above: 1, and: `on () ${enough("5m", 0.1)}`, forSeconds: patience(300), severity: "critical",
        summary: "one request in twenty takes longer than {{ $value | humanizeDuration }}", description: "Users notice, and clients begin to give up.",
      },
      {
        name: "ApiErrors", expr: errors, above: 0.05, and: `on () ${enough("5m", 0.1)}`, forSeconds: patience(120), severity: "warning",
        summary: "{{ $value | humanizePercentage }} of requests fail", description: "Answers of 500 and above, at the edge.",
      },
      {
        name: "ApiManyErrors", expr: errors, above: 0.1, and: `on () ${enough("5m", 0.1)}`, forSeconds: patience(120), severity: "critical",
        summary: "{{ $value | humanizePercentage }} of requests fail", description: "Answers of 500 and above, at the edge.",
      },
      {
        name: "FileErrors", expr: `sum(rate(${failedFiles}[5m])) / sum(rate(${files}[5m]))`, above: 0.05, and: `on () ${enough("5m", 0.1, files)}`, forSeconds: patience(120), severity: "warning",
        summary: "{{ $value | humanizePercentage }} of requests for files fail", description: "Answers of 500 and above under /static/ and /media/: pages have no styles, uploads cannot be read.",
      },
      {
        name: "ApiProcessDown", expr: 'up{job="django"} == 0 unless on (machine) up{job="node"} == 0', forSeconds: patience(60), severity: "critical",
        summary: "the API on {{ $labels.machine }} does not answer", description: "The machine is up. The edge sends requests to the others, which have little or no room for a burst.",
      },
      {
        name: "ApiDown", expr: 'sum(up{job="django"}) == 0', forSeconds: patience(30), severity: "critical",
        summary: "no API machine answers", description: "Every request fails.",
      },
      {
        name: "PublicUrlDown", expr: 'probe_success{job="probe"} == 0', forSeconds: patience(120), severity: "critical",
        summary: "{{ $labels.instance }} does not answer at its public address", description: "Checked are its name, a valid certificate chain, PostgreSQL and Redis.",
      },
      {
        name: "EdgeDown", expr: 'nginx_up == 0 or probe_success{job="certificate"} == 0', forSeconds: patience(60), severity: "critical",
        summary: "nginx on the edge does not answer", description: "Nobody reaches the API.",
      },
      {
        // The monitor's own probe is a request. An mtail that does not answer is reported like any exporter.
        name: "RequestsUncounted", forSeconds: patience(600), severity: "warning",
        expr: '(up{job="edge"} == 1) unless on (machine) sum by (machine) (rate(ringo_edge_requests_total[5m])) > 0 and on () probe_success{job="probe"} == 1',
        summary: "the edge answers requests, and none is counted", description: "mtail reads nothing in nginx's log: alerts about slow and failed requests cannot fire.",
      },
      {
        name: "CertificateExpiring", expr: 'probe_ssl_earliest_cert_expiry{job="certificate"} - time()', below: renewedWithDays * 86400, severity: "warning",
        summary: "the certificate of {{ $labels.instance }} expires in {{ $value | humanizeDuration }}", description: "It should have been renewed days ago: certbot's timer or the challenge fails.",
      },
      {
        name: "CertificateEnding", expr: 'probe_ssl_earliest_cert_expiry{job="certificate"} - time()', below: 3 * 86400, severity: "critical",
        summary: "the certificate of {{ $labels.instance }} expires in {{ $value | humanizeDuration }}", description: "After that no client can connect.",
      },
      ...burns(stack),
    ],
  };
};

const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];

/** The share of requests that failed, over each window. */
const ratios: Recording[] = windows.map((window) => ({
  record: `ringo:errors:ratio_rate${window}`,
  expr: `(sum(rate(${failed}[${window}])) or vector(0)) / (sum(rate(${requests}[${window}])) > 0)`,
}));

/**
 * Burn rates of the 30-day error budget: each over a long window, so that it matters,
 * and over a short one, so that it is current (Google's "Site Reliability Workbook", chapter 5).
 */
const burns = ({ objectivePercent, patience }: Stack): Alert[] => {
  const burn = (name: string, rate: number, long: string, short: string, holds: number, severity: Severity, spent: string): Alert => {
    const above = (window: string) => `ringo:errors:ratio_rate${window} > ${Number((rate * (1 - objectivePercent / 100)).toFixed(6))}`;
    return {
      name, severity, forSeconds: patience(holds), expr: `${above(long)} and on () ${above(short)} and on () ${enough(long, 0.01)}`,
      summary: `{{ $value | humanizePercentage }} of requests have failed for ${long}`,
      description: `${objectivePercent} % must succeed. At this rate ${spent}.`,
    };
  };
  return [
    burn("ErrorBudgetBurningFast", 14.4, "1h", "5m", 120, "critical", "the errors of a month are spent in two days"),
    burn("ErrorBudgetBurning", 6, "6h", "30m", 900, "critical", "the errors of a month are spent in five days"),
    burn("ErrorBudgetBurningSlowly", 3, "1d", "2h", 3600, "warning", "the errors of a month are spent in ten days"),
    burn("ErrorBudgetAtRisk", 1, "3d", "6h", 10_800, "warning", "the objective is missed"),
  ];
};
