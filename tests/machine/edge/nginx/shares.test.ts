import { readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import * as http2 from "node:http2";
import { join } from "node:path";
import { edge } from "../../../../machine/edge/nginx";
import { content } from "../../fragment";
import { domain, freePort, newClient, startEdge, startUpstream, usual, type Edge } from "../edge-harness";

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

test("a client has at most some dozens of concurrent requests, whatever its rate; others are answered meanwhile", async () => {
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

/** A connection by HTTP/2, which is ended after the test. */
function connected(from: string): http2.ClientHttp2Session {
  const session = http2.connect(`https://127.0.0.1:${nginx.tlsPort}`, { rejectUnauthorized: false, servername: domain, localAddress: from } as never).on("error", () => undefined);
  sessions.push(session);
  return session;
}
const sessions: http2.ClientHttp2Session[] = [];
afterEach(() => sessions.splice(0).forEach((session) => session.destroy()));

/** The status of the answer, whose body is left where it is unless it is to be read. */
const answered = (session: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders, { endStream = true, read = false } = {}): Promise<number> => new Promise((resolve) => {
  const stream = session.request({ ":authority": domain, ...headers }, { endStream }).on("error", () => undefined)
    .on("response", ({ ":status": status }) => { if (read) stream.resume(); resolve(status!); });
});

test("a page with more pictures than a client's concurrent requests is complete: its browser requests no more than allowed", async () => {
  // Each waits for the browser to read on, or it would be answered before the next is asked for.
  writeFileSync(join(nginx.root, "media/picture.png"), Buffer.alloc(300_000));
  const session = connected(newClient());
  await new Promise((resolve) => session.once("remoteSettings", resolve));
  const statuses = await Promise.all(Array.from({ length: 120 }, () => answered(session, { ":path": "/media/picture.png" }, { read: true })));
  expect(new Set(statuses)).toEqual(new Set([200]));
}, 20_000);

test.each(["static", "media"])("a client downloads at most some dozens of files of %s at once; others get theirs meanwhile", async (folder) => {
  writeFileSync(join(nginx.root, folder, "large.png"), Buffer.alloc(300_000));
  const from = newClient();
  const statuses = await Promise.all(Array.from({ length: 5 }, () => connected(from)).flatMap((session) => Array.from({ length: 20 }, () => answered(session, { ":path": `/${folder}/large.png` }))));
  expect([statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 429).length]).toEqual([50, 50]);
  expect((await nginx.get(`/${folder}/large.png`)).status).toBe(200);
});

test("uploads of unknown length are limited to two per client and four in total; small ones are not", async () => {
  const upload = (session: http2.ClientHttp2Session, method = "POST") => answered(session, { ":method": method, ":path": "/api/upload/" }, { endStream: false });
  const clients = Array.from({ length: 3 }, () => connected(newClient()));
  const answers: number[] = [];
  // Those of one connection are counted in turn.
  for (const session of clients.slice(0, 2)) {
    for (const method of ["POST", "PUT"]) void upload(session, method).then((status) => answers.push(status));
    expect(await upload(session, "PATCH")).toBe(429);
    expect(await answered(session, { ":method": "DELETE", ":path": "/api/upload/", "content-length": "2000000" }, { endStream: false })).toBe(429);
  }
  expect(answers).toEqual([]); // all four are awaited
  expect(await upload(clients[2]!)).toBe(429);
  for (const session of clients) {
    const stream = session.request({ ":authority": domain, ":method": "POST", ":path": "/api/upload/", "content-length": "2" });
    const status = new Promise((resolve) => stream.on("response", (headers) => resolve(headers[":status"])));
    stream.end("{}");
    expect(await status).toBe(200);
  }
});

test("a worker may open as many files as its connections need, each with another one to the application", () => {
  const [, connections] = /worker_connections (\d+);/.exec(content(edge(usual), "/etc/nginx/nginx.conf"))!;
  expect(nginx.openFiles()).toBeGreaterThanOrEqual(2 * Number(connections));
});

test("headers may be as large as a browser's, and no larger: a line of 7 KiB is accepted, one of 9 or six of 7 are not", async () => {
  const status = async (...sizes: number[]) => (await nginx.get("/api/v1/orders/", { headers: Object.fromEntries(sizes.map((size, i) => [`X-Header-${i}`, "a".repeat(size)])) })).status;
  expect([await status(7 * 1024), await status(9 * 1024), await status(...Array(6).fill(7 * 1024) as number[])]).toEqual([200, 400, 400]);
});

test("slow or silent clients are waited for only seconds", () => {
  const main = content(edge(usual), "/etc/nginx/nginx.conf");
  const seconds = ["client_header_timeout", "client_body_timeout", "send_timeout", "keepalive_timeout"].map((name) => Number(new RegExp(`^ *${name} (\\d+)s;$`, "m").exec(main)![1]));
  for (const each of seconds) expect([each >= 5, each <= 60]).toEqual([true, true]);
});

test("everything that nginx reads is tested before a reload, including the firewall's rules", () => {
  const state = edge({ ...usual, waf: { mode: "block", paranoiaLevel: 1, threshold: 5, fieldsKiB: 64, exclusions: [] }, grafana: { domain: "grafana.test", address: "10.0.0.9", port: 3000, certificate: "-" } });
  const read = state.files!.map(({ path }) => path).filter((path) => /^\/etc\/(?:nginx|modsecurity)\//.test(path));
  expect(read.length).toBeGreaterThan(15);
  expect(state.units!.find(({ name }) => name === "nginx.service")!.reloadOn).toEqual(expect.arrayContaining(read));
  expect(state.steps!.find(({ command }) => command.startsWith("nginx -t"))!.onChange).toEqual(expect.arrayContaining(read));
});

test("nginx is restarted after a crash, and a worker with too much memory is killed alone, before the machine runs out", () => {
  const service = content(edge(usual), "/etc/systemd/system/nginx.service.d/ringo.conf");
  expect(service).toMatch(/^Restart=on-failure$[^]*^OOMPolicy=continue$/m);
  expect(Number(/^MemoryMax=(\d+)%$/m.exec(service)![1])).toBeLessThanOrEqual(90);
});
