import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import * as https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, newClient, startEdge, type Edge } from "../edge-harness";

const admin = "127.0.0.77";
const host = "grafana.example.test";
const folder = mkdtempSync(join(tmpdir(), "ringo-grafana-"));
let nginx: Edge;
let server: https.Server;
const seen: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];
beforeEach(() => void (seen.length = 0));

function pair(name: string): { certificate: string; key: string } {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
    "-addext", "subjectAltName=DNS:grafana", "-keyout", key, "-out", certificate], { stdio: "ignore" });
  return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}

const rules = { mode: "block" as const, paranoiaLevel: 1, threshold: 5, fieldsKiB: 128, exclusions: [] };

beforeAll(async () => {
  const { certificate, key } = pair("grafana");
  const port = await freePort();
  server = https.createServer({ cert: certificate, key }, (request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk)).on("end", () => {
      seen.push({ url: request.url!, headers: request.headers, body });
      response.setHeader("Content-Security-Policy", "script-src 'self' 'nonce-1'");
      response.end("of Grafana");
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  nginx = await startEdge({ upstreams: ["127.0.0.1"], upstreamPort: await freePort(), adminCidrs: [`${admin}/32`], waf: rules, grafana: { domain: host, address: "127.0.0.1", port, certificate } });
}, 60_000);
afterAll(async () => {
  await nginx.stop();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, options: Parameters<Edge["get"]>[1] = {}) => nginx.get(path, { from: admin, servername: host, ...options, headers: { host, ...options.headers } });

test("is shown only to declared networks, under its own name", async () => {
  expect((await ask("/d/ringo-overview")).body).toBe("of Grafana");
  for (const path of ["/", "/login", "/api/health", "/metrics"]) expect([path, [403, 404].includes((await ask(path, { from: newClient() })).status)]).toEqual([path, true]);
  const [, forged] = [await ask("/"), await ask("/", { from: newClient(), headers: { "X-Forwarded-For": admin, "X-Real-IP": admin } })];
  expect([forged.status, seen.length]).toEqual([403, 2]);
  // The API's name leads to the API, whoever asks.
  await nginx.get("/d/ringo-overview", { from: admin });
  expect(seen).toHaveLength(2);
});

test("its metrics are closed to the internet, in any spelling", async () => {
  for (const path of ["/metrics", "/metrics/", "/METRICS", "/%6detrics", "//metrics", "/./metrics", "/metrics?a"]) {
    expect([path, [400, 404].includes((await ask(path)).status)]).toEqual([path, true]);
  }
  expect(seen).toEqual([]);
});

test("queries that look like attacks pass, but not to the API", async () => {
  const body = JSON.stringify({ queries: [{ expr: '{source="nginx"} |= "<script>alert(1)</script>" or 1=1; DROP TABLE orders--' }] });
  const headers = { "Content-Type": "application/json" };
  expect((await ask("/api/ds/query", { method: "POST", body, headers })).status).toBe(200);
  expect(seen.map((each) => each.body)).toEqual([body]);
  expect((await nginx.get("/api/ds/query", { method: "POST", body, headers, from: admin })).status).toBe(403);
});

test("it gets the client's address and host name, has its own content policy and the edge's other headers", async () => {
  const { headers, counts } = await ask("/login", { headers: { "X-Forwarded-For": "198.51.100.1", "X-Forwarded-Host": "evil.test" } });
  expect(seen[0]!.headers).toMatchObject({ host, "x-forwarded-for": admin, "x-forwarded-proto": "https" });
  expect(seen[0]!.headers).not.toHaveProperty("x-forwarded-host");
  expect([headers["content-security-policy"], headers["x-frame-options"], counts["strict-transport-security"]]).toEqual(["script-src 'self' 'nonce-1'", "DENY", 1]);
});

test("login attempts are limited, and everything else may be many at once", async () => {
  const statuses = async (method: string, path: string, count: number) => (await Promise.all(Array.from({ length: count }, () => ask(path, { method })))).map(({ status }) => status);
  expect((await statuses("POST", "/login", 12)).filter((status) => status === 429).length).toBeGreaterThan(4);
  // Each costs this process four handshakes, and the edge waits a second for one.
  expect(new Set(await statuses("GET", "/public/build/app.js", 40))).toEqual(new Set([200]));
});

test("a Grafana with another certificate is not used", async () => {
  const other = pair("other");
  server.setSecureContext({ cert: other.certificate, key: other.key });
  server.closeAllConnections();
  expect((await ask("/")).status).toBe(502);
  expect(seen).toEqual([]);
});

test("its requests are logged, marked so that the API's metrics ignore them", async () => {
  await ask("/api/health");
  await nginx.logged((line) => line.host === host);
  await nginx.get("/api/health/", { from: admin });
  const lines = await nginx.logged((line) => line.host !== host);
  const sites = (ours: boolean) => new Set(lines.filter((line) => (line.host === host) === ours).map((line) => line.site));
  expect([sites(true), sites(false)]).toEqual([new Set(["grafana"]), new Set([undefined])]);
});

test("plain HTTP is redirected to the same name", async () => {
  expect((await nginx.getPlain("/login", { headers: { host } })).headers.location).toBe(`https://${host}/login`);
});
