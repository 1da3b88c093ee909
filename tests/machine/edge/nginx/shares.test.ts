import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { edge } from "../../../../machine/edge/nginx";
import { content } from "../../fragment";
import { freePort, newClient, startEdge, startUpstream, usual, type Edge } from "../edge-harness";

/** What one client, or one request, may take of the edge. Here the application answers nobody who asks for `/api/slow/` until it is told to. */
let nginx: Edge;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
const waiting: ServerResponse[] = [];

beforeAll(async () => {
  const port = await freePort();
  upstream = await startUpstream("127.0.0.1", port, (request, response) => request.url!.startsWith("/api/slow/") && waiting.push(response) > 0);
  nginx = await startEdge({ upstreamPort: port, limits: { ...usual.limits, apiPerSecond: 1000, apiBurst: 1000 } });
});
afterAll(async () => {
  await nginx.stop();
  await upstream.stop();
});

test("one client has at most some dozens of requests under way at once, whatever its rate; others are answered meanwhile", async () => {
  const from = newClient();
  const asked = Array.from({ length: 100 }, async () => (await nginx.get("/api/slow/?token=hunter2", { from })).status);
  const refused = (status: number) => nginx.accessLog().split("\n").filter((line) => line.includes(`"status":"${status}"`)).length;
  for (const end = Date.now() + 10_000; waiting.length + refused(429) < 100 && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await nginx.get("/api/v1/orders/")).status).toBe(200);
  for (const response of waiting) response.end("{}");
  const statuses = await Promise.all(asked);
  const passed = statuses.filter((status) => status === 200).length;
  expect([passed >= 20, passed <= 64, statuses.filter((status) => status === 429).length]).toEqual([true, true, 100 - passed]);
  // Who is refused is in the access log, without what he asked for.
  expect(readFileSync(join(nginx.root, "error.log"), "utf8")).not.toContain("hunter2");
});

test("headers may be as large as a browser's, and no larger: a line of 7 KiB is taken, one of 9 or six of 7 are not", async () => {
  const status = async (...sizes: number[]) => (await nginx.get("/api/v1/orders/", { headers: Object.fromEntries(sizes.map((size, i) => [`X-Header-${i}`, "a".repeat(size)])) })).status;
  expect([await status(7 * 1024), await status(9 * 1024), await status(...Array(6).fill(7 * 1024) as number[])]).toEqual([200, 400, 400]);
});

test("whoever is slow or silent is waited for for seconds only", () => {
  const main = content(edge(usual), "/etc/nginx/nginx.conf");
  const seconds = ["client_header_timeout", "client_body_timeout", "send_timeout", "keepalive_timeout"].map((name) => Number(new RegExp(`^ *${name} (\\d+)s;$`, "m").exec(main)![1]));
  for (const each of seconds) expect([each >= 5, each <= 60]).toEqual([true, true]);
});

test("nginx comes back when it has fallen, and a worker that takes too much memory goes alone, before the machine is out of it", () => {
  const service = content(edge(usual), "/etc/systemd/system/nginx.service.d/ringo.conf");
  expect(service).toMatch(/^Restart=on-failure$[^]*^OOMPolicy=continue$/m);
  expect(Number(/^MemoryMax=(\d+)%$/m.exec(service)![1])).toBeLessThanOrEqual(90);
});
