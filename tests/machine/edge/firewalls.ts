import { freePort, startEdge, startUpstream, usual, type Edge, type EdgeSettings } from "./edge-harness";

type Upstream = Awaited<ReturnType<typeof startUpstream>>;
export type Options = NonNullable<EdgeSettings["waf"]>;

export const adminAddress = "127.0.0.77";
export const rules: Options = { mode: "block", paranoiaLevel: 1, threshold: 5, fieldsKiB: 1024, exclusions: [] };

/** Edges with a firewall before one application, for a file of tests: all of them end with it. */
export function firewalls() {
  let upstream: Upstream;
  let port: number;
  const started: Edge[] = [];
  beforeAll(async () => {
    port = await freePort();
    upstream = await startUpstream("127.0.0.1", port);
  });
  afterAll(async () => {
    await Promise.all(started.map((edge) => edge.stop()));
    await upstream.stop();
  });
  beforeEach(() => { upstream.seen.length = 0; });
  return {
    /** What has reached the application in this test. */
    seen: (): Upstream["seen"] => upstream.seen,
    start: async (options: Partial<Options> = {}): Promise<Edge> => {
      const edge = await startEdge({
        upstreams: ["127.0.0.1"], upstreamPort: port, adminCidrs: [`${adminAddress}/32`], clientMaxBodyMiB: 5, limits: { ...usual.limits, largeBodies: 2 }, waf: { ...rules, ...options },
      });
      started.push(edge);
      return edge;
    },
  };
}
