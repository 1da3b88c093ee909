import { execFileSync } from "node:child_process";
import { listMachines } from "../local/cloud";
import { caCertificate } from "../local/cli/outputs";
import { prepare, withStack } from "../local/cli/session";

/** A page that Django renders and that no throttle of the application counts. */
const path = "/admin/login/";

/** Requests per second, as wrk counts those that were answered with 2xx. */
function wrk(namespace: string | undefined, url: string, headers: string[]): number {
  const command = ["wrk", "-t1", "-c8", "-d6s", ...headers.flatMap((header) => ["-H", header]), url];
  const argv = namespace ? ["ip", "netns", "exec", namespace, ...command] : command;
  const text = execFileSync(argv[0], argv.slice(1), { encoding: "utf8", env: { ...process.env, SSL_CERT_FILE: caCertificate } });
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const total = Number(/(\d+) requests in/.exec(text)?.[1]);
  const duration = Number(/requests in ([\d.]+)s/.exec(text)?.[1]);
  return (total - refused) / duration;
}

/**
 * The same request through the edge (TLS, filters, load balancing) and straight to gunicorn from the edge's place in
 * the network, in turns. The stack must be up; its rate limits are lifted for the time being.
 */
export async function requests(rounds: number): Promise<{ edge: number[]; straight: number[] }> {
  const facts = await prepare();
  const lifted = { edge: { rateLimits: { apiPerSecond: 10_000, apiBurst: 10_000 } }, apiInstanceCount: 1 };
  await withStack({ ...facts, overrides: lifted }, (stack) => stack.up());
  try {
    const machines = listMachines();
    const find = (role: string) => {
      const found = machines.find(({ tags }) => tags.some((tag) => tag.endsWith(`-${role}`)));
      if (!found) throw new Error(`no ${role} machine: run \`make up\` first`);
      return found;
    };
    const [edge, api] = [find("edge"), find("api")];
    const result = { edge: [] as number[], straight: [] as number[] };
    for (let i = 0; i < rounds; i++) {
      result.edge.push(wrk(undefined, `https://api.ringo.test${path}`, []));
      result.straight.push(wrk(`ringo-${edge.id}`, `http://${api.privateAddress}:8000${path}`,
        ["Host: api.ringo.test", "X-Forwarded-Proto: https", `X-Forwarded-For: 198.18.0.254`]));
    }
    return result;
  } finally {
    await withStack(facts, (stack) => stack.up());
  }
}
