import { writeFileSync } from "node:fs";
import * as https from "node:https";
import { join } from "node:path";
import { freePort, newClient, startEdge, startUpstream, type Edge, type RequestOptions } from "../edge-harness";

const admin = "127.0.0.77";
let nginx: Edge;
let upstream: Awaited<ReturnType<typeof startUpstream>>;

beforeAll(async () => {
  const port = await freePort();
  upstream = await startUpstream("127.0.0.1", port);
  nginx = await startEdge({ upstreamPort: port, adminCidrs: [`${admin}/32`] });
  for (const folder of ["static", "media"]) writeFileSync(join(nginx.root, folder, "a.png"), "content");
});
afterAll(async () => {
  await nginx.stop();
  await upstream.stop();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a client has a burst and a rate; others are not affected", () => {
  test.each<[path: string, method: string, atOnce: number, perSecond: number, from?: string]>([
    ["/api/v1/orders/", "GET", 21, 10],
    ["/admin/login/", "GET", 21, 10, admin],
    ["/api/v1/token/", "GET", 21, 10],
    ["/api/v1/token/", "POST", 5, 5 / 60],
    ["/api/health/", "GET", 6, 1],
    ["/static/a.png", "GET", 301, 50],
    ["/media/a.png", "GET", 301, 50],
  ])("%s by %s: %i, then %d", async (path, method, atOnce, perSecond, from = newClient()) => {
    const agent = new https.Agent({ keepAlive: true }); // hundreds of handshakes would take this machine as long as the rate allows
    const ask = async (options: RequestOptions = {}) => (await nginx.get(path, { method, from, agent, ...options })).status;
    const began = Date.now();
    const statuses: number[] = [];
    while (statuses.filter((status) => status === 429).length < 20 && statuses.length < 2000) statuses.push(...await Promise.all(Array.from({ length: 40 }, () => ask())));
    const passed = statuses.filter((status) => status === 200).length;
    expect([passed >= atOnce, passed <= atOnce + 1 + perSecond * (Date.now() - began) / 1000, statuses.length - passed >= 20]).toEqual([true, true, true]);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    if (from !== admin) expect(await ask({ from: newClient() })).toBe(200);
    await pause(300);
    if (perSecond !== 1) expect(await ask()).toBe(perSecond > 1 ? 200 : 429);
    agent.destroy();
    // They were not kept waiting for their turn, each with a connection that others may need.
    const lines = (await nginx.logged((line) => line.client === from)).filter((line) => line.client === from);
    expect(new Set(lines.map((line) => `${line.status} ${line.limit}`))).toEqual(new Set(["200 PASSED", "429 REJECTED"]));
  });
});

test("an IPv6 client is its whole /64, which belongs to one customer, but not the neighbouring one", async () => {
  const attempt = async (address: string) => (await nginx.get("/api/v1/token/", { method: "POST", body: "{}", claimed: address })).status;
  const own = Array.from({ length: 8 }, (_, i) => `2001:db8:1:2:${i}::${i + 1}`);
  expect(await Promise.all(own.map(attempt))).toEqual(expect.arrayContaining([200, 429]));
  expect(await attempt("2001:db8:1:2:ffff:ffff:ffff:ffff")).toBe(429);
  for (const other of ["2001:db8:1:3::1", "2001:db8:2:2::1"]) expect(await attempt(other)).toBe(200);
});

test("refused clients are in the access log, and their queries in none", async () => {
  const from = newClient();
  await Promise.all(Array.from({ length: 12 }, () => nginx.get("/api/v1/token/?password=hunter2", { method: "POST", from })));
  await nginx.logged((line) => line.client === from && line.status === "429");
  expect(nginx.errorLog() + nginx.accessLog()).not.toContain("hunter2");
});
