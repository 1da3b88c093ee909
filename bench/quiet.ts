import { Receiver } from "../tests/local/stack/alerts";
import { output, request } from "../tests/local/stack/support";

/** A healthy stack under load for ten minutes, at the pace that the edge allows one client: the alerts that fire meanwhile. */
export async function quiet(minutes: number): Promise<string> {
  const stack = await output();
  const receiver = Receiver.open();
  const began = Date.now();
  let answered = 0;
  while (Date.now() - began < minutes * 60_000) {
    const answers = await Promise.all([request(stack, "GET", "/api/v1/version/"), request(stack, "GET", "/static/none"), new Promise((resolve) => setTimeout(resolve, 200))]);
    answered += answers.filter(Boolean).length;
  }
  const fired = receiver.received.filter(({ status, startsAt }) => status === "firing" && Date.parse(startsAt) > began);
  return `| alerts in ${minutes} min under load (${(answered / minutes / 60).toFixed(1)} requests/s), ${receiver.heartbeats.length} heartbeats | ${fired.length} ${[...new Set(fired.map(({ labels }) => labels.alertname))].join(", ")} |`;
}
