import * as http from "node:http";
import type { Socket } from "node:net";
import { freePort, startEdge, startUpstream, usual, type Edge, type EdgeSettings } from "../edge-harness";

type Application = NonNullable<Parameters<typeof startUpstream>[2]>;
const addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"];
let nginx: Edge;
let machines: Awaited<ReturnType<typeof startUpstream>>[];

/** Some API machines and an edge that knows nothing of them yet. */
async function start(count: number, application?: (address: string) => Application, settings: EdgeSettings = {}): Promise<void> {
  const port = await freePort();
  const upstreams = addresses.slice(0, count);
  machines = await Promise.all(upstreams.map((address) => startUpstream(address, port, application?.(address))));
  nginx = await startEdge({ upstreams, upstreamPort: port, limits: { ...usual.limits, apiPerSecond: 1000, apiBurst: 1000 }, ...settings });
}
afterEach(async () => {
  await nginx.stop();
  await Promise.all(machines.map((machine) => machine.stop()));
});

const counts = () => machines.map(({ seen }) => seen.length);
const hangsUp: Application = (_, response) => (response.destroy(), true);

test("requests go to the machine with the fewest, whichever of nginx's workers receives them", async () => {
  const waiting: Record<string, http.ServerResponse[]> = Object.fromEntries(addresses.map((address) => [address, []]));
  await start(2, (address) => (request, response) => request.url!.startsWith("/api/slow/") && waiting[address]!.push(response) > 0);
  const arrived = async (total: number) => { while (counts().reduce((a, b) => a + b) < total) await new Promise((resolve) => setTimeout(resolve, 5)); };
  const asked = Array.from({ length: 16 }, () => nginx.get("/api/slow/"));
  await arrived(16);
  expect(counts()).toEqual([8, 8]);
  for (const response of waiting[addresses[0]!]!) response.end("{}");
  await Promise.race([Promise.all(asked), new Promise((resolve) => setTimeout(resolve, 100))]);
  asked.push(...Array.from({ length: 6 }, () => nginx.get("/api/slow/")));
  await arrived(22);
  expect(counts()).toEqual([14, 8]);
  for (const response of Object.values(waiting).flat()) response.end("{}");
  await Promise.all(asked);
});

test("a machine that closes connections is skipped after three times, not fewer, by all of nginx's workers", async () => {
  await start(2, (address) => (...both) => address === addresses[1] && hangsUp(...both));
  for (let i = 0; i < 20; i++) expect((await nginx.get("/api/v1/orders/")).status).toBe(200);
  expect(counts()).toEqual([20, 3]);
  await Promise.all(Array.from({ length: 60 }, () => nginx.get("/api/v1/orders/")));
  expect(counts()).toEqual([80, 3]);
});

test("a request that makes machines close the connection is tried on three, and none is lost to others", async () => {
  await start(4, () => (...both) => both[0].url === "/api/crashes/" && hangsUp(...both));
  expect((await nginx.get("/api/crashes/")).status).toBe(502);
  expect(counts().sort()).toEqual([0, 1, 1, 1]);
  for (let i = 0; i < 8; i++) expect((await nginx.get("/api/v1/orders/")).status).toBe(200);
  expect(counts().every((count) => count > 1)).toBe(true);
});

test("failing health checks do not mark machines as failed", async () => {
  await start(2, () => (...both) => both[0].url === "/api/health/" && hangsUp(...both));
  for (let i = 0; i < 6; i++) expect((await nginx.get("/api/health/")).status).toBe(502);
  expect(counts()).toEqual([6, 6]);
  for (let i = 0; i < 4; i++) expect((await nginx.get("/api/v1/orders/")).status).toBe(200);
  expect(counts()).toEqual([8, 8]);
});

test("a machine that does not answer is waited for until the timeout; then a GET is retried on another, but not a POST", async () => {
  await start(2, (address) => () => address === addresses[1], { readTimeoutSeconds: 1 });
  const both = (method: string) => Promise.all([0, 1].map(() => nginx.get("/api/v1/orders/", { method, headers: { Origin: "https://app.test" } })));
  expect((await both("GET")).map(({ status }) => status)).toEqual([200, 200]);
  const answers = await both("POST");
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 504]);
  const { headers, body } = answers.find(({ status }) => status === 504)!;
  expect([headers["retry-after"], headers["content-type"], JSON.parse(body).detail]).toEqual(["5", "application/json", "The service is temporarily unavailable."]);
});

test("connections to machines are reused, and closed before gunicorn does", async () => {
  const port = await freePort();
  const open = new Set<Socket>();
  let connections = 0;
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (_, response) => response.end("{}")).on("connection", (socket: Socket) => {
    connections++;
    open.add(socket.on("close", () => open.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  machines = [];
  nginx = await startEdge({ upstreamPort: port, limits: { ...usual.limits, apiPerSecond: 1000, apiBurst: 1000 } });
  for (let i = 0; i < 64; i++) expect((await nginx.get("/api/v1/orders/")).status).toBe(200);
  // Each of nginx's workers has its own.
  expect([connections <= 32, open.size > 0]).toEqual([true, true]);
  const began = Date.now();
  while (open.size > 0 && Date.now() - began < 5000) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(Date.now() - began).toBeLessThan(2000);
  server.close();
});

test("the application's other headers arrive unchanged, its cookies for HTTPS only", async () => {
  await start(1, () => (_, response) => {
    response.writeHead(302, { Location: "https://api.example.test/elsewhere/", "Set-Cookie": ["a=1; Path=/", "b=2; Secure; HttpOnly"] }).end();
    return true;
  });
  const { status, headers } = await nginx.get("/api/v1/orders/");
  expect([status, headers.location, headers["set-cookie"]]).toEqual([302, "https://api.example.test/elsewhere/", ["a=1; Path=/; Secure", "b=2; Secure; HttpOnly"]]);
});
