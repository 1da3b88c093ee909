import { execFileSync } from "node:child_process";
import { acmeRootsFile } from "../local/paths";
import { prepare, withStack } from "../local/cli/session";
import { machineOf, on as onMachine } from "./stack";

/** A page that Django renders and that no throttle of the application counts. */
const path = "/admin/login/";

/** Requests per second, as wrk counts those that were answered with 2xx, or those that were not. */
function wrk(namespace: string | undefined, url: string, headers: string[], countRefused = false): number {
  const command = ["wrk", "-t1", "-c8", "-d6s", ...headers.flatMap((header) => ["-H", header]), url];
  // As nginx's own user: the edge's firewall lets nobody else out to the API machines.
  const argv = namespace ? ["ip", "netns", "exec", namespace, "setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", ...command] : command;
  const text = execFileSync(argv[0], argv.slice(1), { encoding: "utf8", env: { ...process.env, SSL_CERT_FILE: acmeRootsFile } });
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const total = Number(/(\d+) requests in/.exec(text)?.[1]);
  const duration = Number(/requests in ([\d.]+)s/.exec(text)?.[1]);
  return (countRefused ? refused : total - refused) / duration;
}

/** Turns the firewall off on the edge, or on again, beside what the program has put there. */
function firewall(on: boolean): void {
  const [from, to] = on ? ["off; # for the bench", "on;"] : ["on;", "off; # for the bench"];
  onMachine("edge", `sed -i 's/modsecurity ${from}/modsecurity ${to}/' /etc/nginx/ringo/sites.conf && systemctl reload nginx && sleep 1`);
}

export interface Rates {
  /** A page of the application through the edge, with the firewall and without it. */
  inspected: number[];
  edge: number[];
  straight: number[];
  /** Attacks that the firewall refuses. */
  refused: number[];
}

/**
 * The same request through the edge (TLS, filters, load balancing), with and without the firewall, and straight to
 * gunicorn from the edge's place in the network, in turns. The stack must be up; its rate limits are lifted for the time being.
 */
export async function requests(rounds: number): Promise<Rates> {
  const facts = await prepare();
  const lifted = { edge: { rateLimits: { apiPerSecond: 10_000, apiBurst: 10_000 } }, apiInstanceCount: 1 };
  await withStack({ ...facts, overrides: lifted }, (stack) => stack.up());
  try {
    const [edge, api] = [machineOf("edge"), machineOf("api")];
    const through = () => wrk(undefined, `https://api.ringo.test${path}`, []);
    const result: Rates = { inspected: [], edge: [], straight: [], refused: [] };
    for (let i = 0; i < rounds; i++) {
      result.inspected.push(through());
      result.refused.push(wrk(undefined, "https://api.ringo.test/?a=%3Cscript%3Ealert(1)%3C/script%3E", [], true));
      firewall(false);
      result.edge.push(through());
      firewall(true);
      result.straight.push(wrk(`ringo-${edge.id}`, `http://${api.privateAddress}:8000${path}`,
        ["Host: api.ringo.test", "X-Forwarded-Proto: https", `X-Forwarded-For: 198.18.0.254`]));
    }
    return result;
  } finally {
    firewall(true);
    await withStack(facts, (stack) => stack.up());
  }
}
