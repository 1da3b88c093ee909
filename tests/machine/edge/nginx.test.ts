import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { edge } from "../../../machine/edge/nginx";
import { domain, freePort, newClient, startEdge, startUpstream, usual, type Answer, type Edge, type RequestOptions } from "./edge-harness";

type Upstream = Awaited<ReturnType<typeof startUpstream>>;
const admin = "127.0.0.77";
const origin = "https://app.example.test";
let nginx: Edge;
let upstreams: Upstream[];
/** What Django, its middleware and what is before it say of themselves and to browsers, less strictly than the edge does. */
const ofDjango = {
  "X-Content-Type-Options": "sniff", "Referrer-Policy": "unsafe-url", "Permissions-Policy": "camera=*", "Cross-Origin-Opener-Policy": "unsafe-none", "Cross-Origin-Resource-Policy": "cross-origin",
  "X-Request-ID": "mine", "X-Powered-By": "Django/5.2",
};
/** How the application behaves on these paths. */
const oddities: Parameters<typeof startUpstream>[2] = (request, response) => {
  if (request.url === "/api/hangs-up/") return response.destroy(), true;
  if (request.url === "/api/own-headers/") for (const [name, value] of Object.entries(ofDjango)) response.setHeader(name, value);
  if (request.url === "/api/own-policy/") response.setHeader("Content-Security-Policy", "default-src 'none'");
  if (request.url === "/api/own-origin/") response.setHeader("Access-Control-Allow-Origin", origin).statusCode = 401;
  if (request.url === "/api/unavailable/" || request.url === "/api/health/") response.statusCode = 503;
  return false;
};

async function start(): Promise<{ nginx: Edge; upstreams: Upstream[] }> {
  const port = await freePort();
  const addresses = ["127.0.0.1", "127.0.0.2"];
  return {
    upstreams: await Promise.all(addresses.map((address) => startUpstream(address, port, oddities))),
    nginx: await startEdge({ upstreams: addresses, upstreamPort: port, adminCidrs: [`${admin}/32`], clientMaxBodyMiB: 1, corsAllowedOrigins: [origin, `https://${"a".repeat(60)}.${"b".repeat(60)}.example.test`] }),
  };
}

beforeAll(async () => {
  ({ nginx, upstreams } = await start());
  writeFileSync(join(nginx.root, "static/app.1a2b3c4d5e6f.css"), "a{}");
  writeFileSync(join(nginx.root, "static/plain.css"), "a{}");
  writeFileSync(join(nginx.root, "static/plain.css.gz"), gzipSync("a{}"));
  mkdirSync(join(nginx.root, "media/orders"));
  for (const name of ["photo.png", "IMG_1.JPG", "photo.jpeg", "photo.gif", "photo.webp", "photo.avif", "page.html", "evil.svg", ".hidden", "orders/scan.pdf"]) writeFileSync(join(nginx.root, "media", name), "content");
  symlinkSync("/etc/passwd", join(nginx.root, "media/link.png"));
  writeFileSync(join(nginx.root, "acme/.well-known/acme-challenge/token"), "proof");
});
afterAll(async () => {
  await nginx.stop();
  await Promise.all(upstreams.map((u) => u.stop()));
});

const seen = () => upstreams.flatMap((u) => u.seen);
const forget = () => { for (const u of upstreams) u.seen.length = 0; };
beforeEach(forget);

const expectSecure = (answer: Answer) => {
  for (const name of ["strict-transport-security", "x-content-type-options", "x-frame-options", "referrer-policy", "permissions-policy", "content-security-policy", "cross-origin-opener-policy", "cross-origin-resource-policy", "x-request-id"]) {
    expect({ [name]: answer.counts[name] }).toEqual({ [name]: 1 });
  }
  expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000; includeSubDomains");
  expect(answer.headers["x-frame-options"]).toBe("DENY");
  expect(answer.headers.server).toBe("nginx");
};

describe("hosts", () => {
  test("plain HTTP is redirected, except ACME challenges", async () => {
    const answer = await nginx.getPlain("/api/v1/orders/?page=2");
    expect([answer.status, answer.headers.location]).toEqual([301, `https://${domain}/api/v1/orders/?page=2`]);
    expect((await nginx.getPlain("/.well-known/acme-challenge/token")).body).toBe("proof");
    expect(seen()).toEqual([]);
  });

  test("an unknown host gets no answer, by name or by TLS", async () => {
    const headers = { host: "other.example.test" };
    await expect(nginx.getPlain("/", { headers })).rejects.toThrow("socket hang up");
    await expect(nginx.get("/", { headers })).rejects.toThrow("socket hang up");
    await expect(nginx.get("/", { headers, servername: "other.example.test" })).rejects.toThrow(/unrecognized name/);
    expect(seen()).toEqual([]);
  });
});

test("the longest name that DNS allows is served", async () => {
  const host = `${["a", "b", "c"].map((letter) => letter.repeat(63)).join(".")}.${"d".repeat(56)}.test`;
  expect(host).toHaveLength(253);
  const edge = await startEdge({ domain: host, upstreams: ["127.0.0.1"], upstreamPort: await freePort(), adminCidrs: [] });
  expect((await edge.getPlain("/api/", { headers: { host } })).headers.location).toBe(`https://${host}/api/`);
  await edge.stop();
});

describe("the application receives", () => {
  test("only what the edge knows", async () => {
    const from = newClient();
    await nginx.get("/api/v1/orders/?q=a%20b", {
      from,
      headers: {
        "X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "X-Real-IP": "10.0.0.1",
        Forwarded: "for=10.0.0.1", "X-Request-ID": "mine", "X-Original-URL": "/admin/", SCRIPT_NAME: "/api", Authorization: "Bearer t",
      },
    });
    const [{ path, headers }] = seen();
    expect(path).toBe("/api/v1/orders/?q=a%20b");
    expect(headers).toMatchObject({ host: domain, "x-forwarded-for": from, "x-real-ip": from, "x-forwarded-proto": "https", authorization: "Bearer t" });
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
    for (const name of ["x-forwarded-host", "forwarded", "x-original-url", "script_name"]) expect(headers).not.toHaveProperty(name);
  });

  test("no other host, path, method or address than the edge knows, by any header that frameworks may trust", async () => {
    const forged = [
      "Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Forwarded-Prefix", "X-Original-URL", "X-Rewrite-URL",
      "X-Script-Name", "X-HTTP-Method-Override", "X-Client-IP", "True-Client-IP", "Proxy",
    ];
    await nginx.get("/api/v1/orders/", { headers: Object.fromEntries(forged.map((name) => [name, "forged"])) });
    expect(Object.entries(seen()[0].headers).filter(([, value]) => value === "forged")).toEqual([]);
  });

  test("the log has the path, never the query or a credential", async () => {
    const from = newClient();
    await nginx.get("/api/logged/?token=hunter2", { from, headers: { Authorization: "Bearer hunter3", Referer: "https://x/?hunter4", "X-Forwarded-For": "198.51.100.9", "User-Agent": 'a "phone"' } });
    const lines = await nginx.logged(({ path }) => path === "/api/logged/");
    expect(lines.find(({ path }) => path === "/api/logged/")).toMatchObject({
      client: from, host: domain, method: "GET", path: "/api/logged/", status: "200", request_id: seen()[0].headers["x-request-id"], protocol: "HTTP/1.1", tls: "TLSv1.3", agent: 'a "phone"',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), bytes: expect.stringMatching(/^\d+$/), seconds: expect.stringMatching(/^\d+\.\d+$/),
      upstream: expect.stringMatching(/^127\.0\.0\.[12]:\d+$/), upstream_status: "200", upstream_seconds: expect.stringMatching(/^\d+\.\d+$/),
    });
    expect(nginx.accessLog()).not.toMatch(/hunter/);
  });
});

describe("headers", () => {
  test.each(["/api/v1/orders/", "/static/plain.css", "/static/none.css", "/media/photo.png", "/media/none.png", "/media/.hidden", "/metrics", "/admin/", "//admin/", "/api/hangs-up/"])(
    "of %s are present, once each", async (path) => expectSecure(await nginx.get(path)),
  );

  test("of the application are replaced", async () => {
    const answer = await nginx.get("/api/own-headers/");
    expectSecure(answer);
    for (const [name, value] of Object.entries(ofDjango)) expect(answer.headers[name.toLowerCase()]).not.toBe(value);
    expect(answer.headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "same-origin", "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin" });
  });

  test("pictures may be embedded by other origins, and the admin's pages have their styles", async () => {
    expect((await nginx.get("/media/photo.png")).headers["cross-origin-resource-policy"]).toBe("cross-origin");
    expect((await nginx.get("/admin/login/", { from: admin })).headers["content-security-policy"]).toMatch(/style-src 'self'.*frame-ancestors 'none'/);
  });

  test("the application's own content policy takes precedence, except for uploads", async () => {
    expect((await nginx.get("/api/own-policy/")).headers["content-security-policy"]).toBe("default-src 'none'");
    expect((await nginx.get("/media/page.html")).headers["content-security-policy"]).toBe("default-src 'none'; sandbox");
  });
});

describe("pages of other origins", () => {
  const told = async (path: string, from: string, options: RequestOptions = {}) => {
    const { status, headers, counts } = await nginx.get(path, { ...options, headers: { ...options.headers, Origin: from } });
    return [status, headers["access-control-allow-origin"], counts["access-control-allow-origin"], headers.vary];
  };

  test.each<[number, string, RequestOptions]>([
    [400, "//api/", {}], [403, "/admin/", {}], [404, "/metrics", {}], [413, "/api/", { method: "POST", headers: { "Content-Length": 1e8 } }],
  ])("read the edge's own %i, if they are known", async (status, path, options) => {
    expect(await told(path, origin, options)).toEqual([status, origin, 1, "Origin"]);
    for (const other of ["https://evil.test", `${origin}.evil.test`, "null"]) expect(await told(path, other, options)).toEqual([status, undefined, undefined, "Origin"]);
  });

  test("read a 429", async () => {
    const from = newClient();
    const answers = await Promise.all(Array.from({ length: 40 }, () => told("/api/v1/orders/", origin, { from })));
    expect(answers.find(([status]) => status === 429)).toEqual([429, origin, 1, "Origin"]);
  });

  test("get the CORS headers of its answers from the application alone", async () => {
    expect(await told("/api/own-origin/", origin)).toEqual([401, origin, 1, undefined]);
    expect(await told("/api/unavailable/", origin)).toEqual([503, undefined, undefined, undefined]);
    expect(await told("/static/plain.css", origin)).toEqual([200, undefined, undefined, "Accept-Encoding"]);
  });
});

describe("restricted paths", () => {
  test("the admin is only for admin addresses", async () => {
    expect((await nginx.get("/admin/login/", { from: admin })).status).toBe(200);
    expect((await nginx.get("/admin/login/")).status).toBe(403);
    expect((await nginx.get("/administrators/")).status).toBe(200);
  });

  test("metrics are for nobody, not even admin addresses", async () => {
    expect((await nginx.get("/metrics", { from: admin })).status).toBe(404);
    expect(seen()).toEqual([]);
  });

  test.each(["//a", "/a//b", "/a/./b", "/a/.", "/a/..", "/a/../b", "/a/..;/b", "/a/..?b", "/%2e/a", "/a/%2E%2e/b", "/a%2fb", "/a%2Fb", "/a%5cb", "/a%5Cb", "/a\\b"])("%s is ambiguous, and refused", async (path) => {
    expect([(await nginx.get(path)).status, seen()]).toEqual([400, []]);
  });

  test("in a query all of that is allowed", async () => {
    expect((await nginx.get("/api/a..b/?next=//a/../b%2f%5c\\")).status).toBe(200);
  });

  test("in any spelling", async () => {
    const encoded = (c: string) => `%${c.charCodeAt(0).toString(16)}`;
    const letter = (c: string) => fc.constantFrom(c, c, c, encoded(c), c.toUpperCase());
    const noise = fc.constantFrom("", "", "/", "//", "/./", "/../", "/%2e/", "/%2E%2e/", "/api/..", "/api/%2e%2e/", "\\", "/%5c", "%2f", ";", "/;a/", "?", "%00", "%0a", "%20", "#", "%23", "%3f", "%252f");
    const spelling = fc.constantFrom("admin", "metrics").chain((word) =>
      fc.tuple(noise, fc.tuple(...[...word].map(letter)), noise, fc.constantFrom("", "/", "login/", "../api/")).map(
        ([before, letters, after, rest]) => `/${before}${letters.join("")}${after}${rest}`,
      ));
    await fc.assert(fc.asyncProperty(spelling, async (path) => {
      forget();
      await nginx.get(path).catch(() => undefined);
      // As gunicorn and Django read a path: decoded once, never tidied up, its first slash taken off.
      for (const { path: reached } of seen()) {
        const plain = unescape(reached.split(/[?#]/)[0]);
        expect(plain).not.toMatch(/^\/admin(\/|$)/);
        expect(plain).not.toMatch(/^\/metrics\/?$/);
      }
    }), { numRuns: 400 });
  });
});

describe("rates", () => {
  test("logins: five a minute, however the path is spelt; viewing the page does not count", async () => {
    const from = newClient();
    const post = (path: string) => nginx.get(path, { method: "POST", body: "{}", from });
    const spellings = ["/api/v1/token/", "/api/v1/%74oken/", "/api/v1/token/?a=1", "/%61pi/v1/token/", "/api/v1/token/"];
    for (const path of spellings) expect((await post(path)).status).toBe(200);
    const refused = await post("/api/v1/token/");
    expect([refused.status, refused.headers["retry-after"], JSON.parse(refused.body).detail]).toEqual([429, "12", "Too many requests."]);
    expectSecure(refused);
    expect((await nginx.get("/api/v1/token/", { from })).status).toBe(200);
    expect((await post("/api/v1/orders/")).status).toBe(200);
    expect((await nginx.get("/api/v1/token/", { method: "POST", body: "{}" })).status).toBe(200);
  });

  test("the API: a burst of twenty above the rate, then 429", async () => {
    const from = newClient();
    const answers = await Promise.all(Array.from({ length: 45 }, () => nginx.get("/api/v1/orders/", { from })));
    const passed = answers.filter((a) => a.status === 200).length;
    const refused = answers.filter((a) => a.status === 429);
    expect(passed).toBeGreaterThanOrEqual(21);
    expect(passed + refused.length).toBe(45);
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0].headers["retry-after"]).toBe("1");
  });

  test("bodies up to the limit, and no larger", async () => {
    const mebibyte = 1024 * 1024;
    expect((await nginx.get("/api/upload/", { method: "POST", body: Buffer.alloc(mebibyte) })).status).toBe(200);
    const answer = await nginx.get("/api/upload/", { method: "POST", headers: { "Content-Length": mebibyte + 1, Expect: "100-continue" } });
    expect(answer.status).toBe(413);
    for (const headers of [{ "Content-Length": 2048 }, { "Transfer-Encoding": "chunked" }]) expect((await nginx.get("/api/health/", { method: "POST", headers, body: Buffer.alloc(2048) })).status).toBe(413);
  });
});

// Each with an edge of its own, as nginx remembers failures.
describe("failing machines", () => {
  let own: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => { own = await start(); });
  afterEach(async () => {
    await own.nginx.stop();
    await Promise.all(own.upstreams.map((u) => u.stop()));
  });
  const requests = () => own.upstreams.flatMap((u) => u.seen).length;

  test("a GET is retried on the other; a POST that had been sent is not", async () => {
    expect((await own.nginx.get("/api/hangs-up/")).status).toBe(502);
    expect(requests()).toBe(2);
    const post = await own.nginx.get("/api/hangs-up/", { method: "POST", body: "{}", headers: { Origin: origin } });
    expect([post.status, post.headers["retry-after"], post.headers["access-control-allow-origin"]]).toEqual([502, "5", origin]);
    expect(requests()).toBe(3);
    expect((await own.nginx.get("/api/v1/orders/")).status).toBe(200);
  });

  test("a 503 of the application is its answer, and does not mark a machine as failed", async () => {
    for (let i = 0; i < 6; i++) expect((await own.nginx.get("/api/unavailable/")).status).toBe(503);
    for (let i = 0; i < 4; i++) expect((await own.nginx.get("/api/health/")).status).toBe(503);
    expect(requests()).toBe(10);
    expect((await own.nginx.get("/api/v1/orders/")).status).toBe(200);
  });

  test("the loss of one machine is not noticeable, for POST or GET", async () => {
    await own.upstreams[1].stop();
    for (let i = 0; i < 10; i++) {
      expect((await own.nginx.get("/api/v1/orders/", i % 2 ? { method: "POST", body: "{}" } : {})).status).toBe(200);
    }
  });
});

describe("files", () => {
  test("static: hashed names for a year, others for an hour", async () => {
    expect((await nginx.get("/static/app.1a2b3c4d5e6f.css")).headers["cache-control"]).toContain("immutable");
    const plain = await nginx.get("/static/plain.css");
    expect([plain.headers["cache-control"], plain.headers["content-type"]]).toEqual(["public, max-age=3600", "text/css"]);
  });

  test("static: precompressed, for clients that accept that", async () => {
    const asked = async (encoding: string) => (await nginx.get("/static/plain.css", { headers: { "Accept-Encoding": encoding } })).headers;
    expect(await asked("gzip")).toMatchObject({ "content-encoding": "gzip", "content-length": String(gzipSync("a{}").length), vary: "Accept-Encoding" });
    expect((await asked("br"))["content-encoding"]).toBeUndefined();
  });

  test.each([
    ["photo.png", "image/png", "inline"],
    ["IMG_1.JPG", "image/jpeg", "inline"],
    ["photo.jpeg", "image/jpeg", "inline"],
    ["photo.gif", "image/gif", "inline"],
    ["photo.webp", "image/webp", "inline"],
    ["photo.avif", "image/avif", "inline"],
    ["page.html", "application/octet-stream", "attachment"],
    ["evil.svg", "application/octet-stream", "attachment"],
    ["orders/scan.pdf", "application/pdf", "attachment"],
  ])("media: %s is %s, %s", async (name, type, disposition) => {
    const { status, headers } = await nginx.get(`/media/${name}`);
    expect([status, headers["content-type"], headers["content-disposition"]]).toEqual([200, type, disposition]);
  });

  test("no hidden file, no listing, no path traversal, no writing", async () => {
    const statuses = async (...paths: string[]) => (await Promise.all(paths.map((path) => nginx.get(path)))).map((a) => a.status);
    expect(await statuses("/media/.hidden", "/media/", "/media/link.png", "/media/../tls/privkey.pem", "/media../tls/privkey.pem")).toEqual([404, 403, 403, 400, 200]);
    // The last one is no path of ours: the application answers it.
    expect(seen().map((s) => s.path)).toEqual(["/media../tls/privkey.pem"]);
    for (const path of ["/media/photo.png", "/static/plain.css"]) for (const method of ["PUT", "POST", "DELETE", "MOVE"]) expect([path, method, (await nginx.get(path, { method, body: "x" })).status]).toEqual([path, method, 405]);
    expect(["media/photo.png", "static/plain.css"].map((name) => readFileSync(join(nginx.root, name), "utf8"))).toEqual(["content", "a{}"]);
  });
});

test("an edge without upstreams is refused", () => {
  expect(() => edge({ ...usual, upstreams: [] })).toThrow("at least one API machine");
});
