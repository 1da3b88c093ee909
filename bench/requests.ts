import { execFileSync, spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { acmeRootsFile } from "../local/paths";
import { listMachines } from "../local/cloud";
import { processesOf } from "../local/cloud/cgroup";
import { prepare, withStack } from "../local/cli/session";
import { machineOf, on as onMachine } from "./stack";

/** A page that Django renders and that no throttle of the application counts. */
const path = "/admin/login/";

/** The host's processors, as `taskset` lists them. */
interface Places {
  api: string;
  /** Of the client and all other machines. */
  others: string;
}
const last = cpus().length - 1;
const together: Places = { api: `0-${last}`, others: `0-${last}` };
const apart: Places = { api: `${last}`, others: `0-${Math.max(0, last - 1)}` };

/** Puts what runs on the machines there. What it starts later stays there, too. */
function place({ api, others }: Places): void {
  const own = machineOf("api").id;
  for (const machine of listMachines()) {
    const list = machine.id === own ? api : others;
    for (const pid of processesOf(`${machine.id}`)) spawnSync("taskset", ["--all-tasks", "--pid", "--cpu-list", list, `${pid}`], { stdio: "ignore" }); // it may have ended
  }
}

/** Requests per second, as wrk counts those that were answered with 2xx, or those that were not. */
function wrk(processors: string, namespace: string | undefined, url: string, headers: string[], countRefused = false): number {
  const command = ["taskset", "--cpu-list", processors, "wrk", "-t1", "-c8", "-d6s", ...headers.flatMap((header) => ["-H", header]), url];
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
 * The same request through the edge (TLS, filters, load balancing), with and without the firewall, and straight to gunicorn from the
 * edge's place in the network, in turns: with all on the same processors, and with the API machine on one of its own, as it is in the
 * cloud. The stack must be up; its rate limits are lifted for the time being.
 */
export async function requests(rounds: number): Promise<{ together: Rates; apart: Rates }> {
  const facts = await prepare();
  const lifted = { edge: { rateLimits: { apiPerSecond: 10_000, apiBurst: 10_000 } }, apiInstanceCount: 1 };
  await withStack({ ...facts, overrides: lifted }, (stack) => stack.up());
  try {
    return { together: measure(rounds, together), apart: measure(rounds, apart) };
  } finally {
    place(together);
    firewall(true);
    await withStack(facts, (stack) => stack.up());
  }
}

function measure(rounds: number, places: Places): Rates {
  place(places);
  const [edge, api] = [machineOf("edge"), machineOf("api")];
  const through = () => wrk(places.others, undefined, `https://api.ringo.test${path}`, []);
  const result: Rates = { inspected: [], edge: [], straight: [], refused: [] };
  for (let i = 0; i < rounds; i++) {
    result.inspected.push(through());
    result.refused.push(wrk(places.others, undefined, "https://api.ringo.test/?a=%3Cscript%3Ealert(1)%3C/script%3E", [], true));
    firewall(false);
    result.edge.push(through());
    firewall(true);
    result.straight.push(wrk(places.others, `ringo-${edge.id}`, `http://${api.privateAddress}:8000${path}`,
      ["Host: api.ringo.test", "X-Forwarded-Proto: https", `X-Forwarded-For: 198.18.0.254`]));
  }
  return result;
}
