import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import * as http2 from "node:http2";
import { connect, type TLSSocket } from "node:tls";
import { join } from "node:path";
import { exclusionOf, largeBodiesFor, waf, wafLog } from "../../../machine/edge/modsecurity";
import { attacks } from "../../waf/attacks";
import { multipart as hidden } from "../../waf/attacks/multipart";
import { admin, clients, largest, ordinary } from "../../waf/ordinary";
import { browser, inCookie, inField, inForm, inHeader, inJson, inPatch, inQuery, json, request, type Sent } from "../../waf/request";
import { domain, newClient, type Answer, type Edge, type RequestOptions } from "./edge-harness";
import { adminAddress, firewalls, rules } from "./firewalls";

const { seen, start } = firewalls();
let nginx: Edge;
beforeAll(async () => { nginx = await start(); });

const send = (edge: Edge, { method, path, headers, body }: Omit<Sent, "name">, options: RequestOptions = {}): Promise<Answer> =>
  edge.get(path, { method, headers: headers, body, ...options });
const described = ({ name, method, path, headers, body }: Sent): string => `${name} ${method} ${path} ${headers["User-Agent"]} ${body?.toString().slice(0, 300) ?? ""}`;
/** Each client is a new one, so they meet no limit. */
async function all(edge: Edge, list: Sent[], options: RequestOptions = {}): Promise<[string, Answer][]> {
  const results: [string, Answer][] = [];
  const queue = [...list];
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let sent = queue.shift(); sent; sent = queue.shift()) results.push([described(sent), await send(edge, sent, options)]);
  }));
  return results;
}

/** The lines about a request: nginx writes them as it goes, and its last one says its id. */
async function logged(edge: Edge, id: string): Promise<string[]> {
  for (let tries = 0; tries < 100; tries++) {
    const lines = edge.found().split("\n").filter((one) => one.includes(`[unique_id "${id}"]`));
    if (lines.some((line) => line.includes('[id "949110"]'))) return lines;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing of ${id} was written down`);
}
const rulesIn = (lines: string[]): string[] => lines.map((line) => /\[id "(\d+)"\] \[rev/.exec(line)![1]!);
/** What the operator is shown. */
function reported(edge: Edge, wanted: string): string {
  const command = join(edge.root, "report");
  const { content } = waf({ ...rules, bodyMiB: 5 }).files!.find(({ path }) => path.startsWith("/usr/local/bin/"))!;
  writeFileSync(command, content.replaceAll(wafLog, join(edge.root, "waf.log")));
  return execFileSync("/usr/bin/python3", [command, wanted], { encoding: "utf8" });
}

/** Here a part of each corpus, for there is a minute for all; the whole of both meets the running stack. */
const third = (list: Sent[]): Sent[] => list.filter((_, i) => i % 3 === 0);

// First of all: nothing that was sent on purpose is in the log yet.
test("no ordinary request is refused or suspected", async () => {
  const answers = [...await all(nginx, [...third(ordinary), ...clients, largest(4)]), ...await all(nginx, admin.slice(0, 4), { from: adminAddress }), ...await all(nginx, admin.slice(4), { from: adminAddress })];
  expect(answers.filter(([, { status }]) => ![200, 404].includes(status)).map(([name, { status }]) => [name, status])).toEqual([]);
  expect(nginx.found()).toBe("");
});

test("attacks of every family are refused, and none reaches the application", async () => {
  expect(attacks.length).toBeGreaterThanOrEqual(200);
  expect([...new Set(attacks.map(({ name }) => name))].sort()).toEqual(["911", "913", "920", "921", "922", "930", "931", "932", "933", "934", "941", "942", "943", "944"]);
  const answers = await all(nginx, third(attacks));
  expect(answers.filter(([, { status }]) => ![400, 403].includes(status)).map(([name, { status }]) => [name, status])).toEqual([]);
  expect(seen()).toEqual([]);
});

test("no field can be hidden in a multipart body, even with the highest threshold", async () => {
  const answers = await all(await start({ threshold: 10 }), hidden);
  expect(answers.filter(([, { status }]) => ![400, 403].includes(status)).map(([name, { status }]) => [status, name])).toEqual([]);
  expect(seen()).toEqual([]);
});

test("no body has two types, even with the highest threshold", async () => {
  const sent = inJson("password=%26title=стул");
  const headers = { ...sent.headers, "Content-Type": ["application/json", "application/x-www-form-urlencoded"] } as unknown as Sent["headers"];
  expect((await send(await start({ threshold: 10 }), { ...sent, headers })).status).toBe(400);
});

describe("an exclusion", () => {
  const attack = "1' OR '1'='1";

  test("applies only to its path and its field", async () => {
    const edge = await start({ exclusions: [exclusionOf("10414,10415 /api/v1/orders/7/ ARGS:json.comment"), exclusionOf("10414,10415 /api/v1/raw/")] });
    const status = async (sent: Omit<Sent, "name">) => (await send(edge, sent)).status;
    expect(await status(inPatch(attack))).toBe(200);
    expect(await status({ ...inPatch(attack), path: "/api/v1/orders/8/" })).toBe(403);
    expect(await status(json("PATCH", "/api/v1/orders/7/", { title: attack }))).toBe(403);
    expect(await status(json("PATCH", "/api/v1/orders/7/", { comment: "<script>alert(1)</script>" }))).toBe(403);
    expect(await status({ ...inQuery(attack), path: `/api/v1/raw/?a=${encodeURIComponent(attack)}` })).toBe(200);
  });

  test("a password may be anything, but not a field beside it", async () => {
    expect((await send(nginx, json("POST", "/api/v1/register/", { username: "иван", password: attack }))).status).toBe(200);
    expect((await send(nginx, json("POST", "/api/v1/register/", { username: attack, password: "x" }))).status).toBe(403);
    expect((await send(nginx, { ...inForm(""), path: "/other/", body: Buffer.from(`password=${encodeURIComponent(attack)}`), headers: { "Content-Type": "application/x-www-form-urlencoded" } })).status).toBe(403);
  });
});

describe("bounds", () => {
  test("fields have a limit of their own, files are not fields", async () => {
    expect((await send(nginx, inJson("а".repeat(50_000)))).status).toBe(200);
    expect((await send(nginx, json("POST", "/api/v1/orders/", { a: "x".repeat(1_100_000) }))).status).toBe(413);
    expect((await send(nginx, json("POST", "/api/v1/orders/", Array.from({ length: 1100 }, () => "x")))).status).toBe(413);
    expect((await send(nginx, inField("x".repeat(1_100_000)))).status).toBe(413);
  });

  test("an attack is found however much precedes it", async () => {
    const [head, tail] = largest(4).body!.toString("latin1").split(/(?=------WebKitFormBoundary[^\n]*--\r\n$)/);
    const hidden = '------WebKitFormBoundary7MA4YWxkTrZu0gW\r\nContent-Disposition: form-data; name="b"\r\n\r\n<script>alert(1)</script>\r\n';
    const body = Buffer.from(head + hidden + tail, "latin1");
    expect((await send(nginx, { ...largest(1), body, headers: { ...largest(1).headers, "Content-Length": String(body.length) } })).status).toBe(403);
    expect((await send(nginx, json("POST", "/api/v1/orders/", [...Array.from({ length: 900 }, () => "x"), "<script>alert(1)</script>"]))).status).toBe(403);
  });

  describe("a field's inspection time depends on its length, not its content", () => {
    /** Seconds of the workers' time that the requests took. */
    const cost = async (requests: Omit<Sent, "name">[]): Promise<number> => {
      await send(nginx, inQuery("")); // so that the workers are there
      const before = nginx.worked();
      for (const one of requests) expect((await send(nginx, one)).status).toBeLessThan(500);
      return nginx.worked() - before;
    };
    const pumps = ["<", "{", "$(", "(", "<!--", "</", "<![", "<=", "{{", "${", "'", "\"", "=", "a=+", "\"+a=", "&+a=\"", "if+", "if/i", "=url(", "<form+", "|", "<a:", "on", "!{a=b+", "a='", "$$(a=b+a='"];
    const plain = (value: string): string => value.replaceAll("+", " ");
    const everywhere = (pump: string): Omit<Sent, "name">[] => {
      const value = pump.repeat(4000).slice(0, 4000);
      const inAddress = value.replaceAll("#", "%23").replaceAll("&", "%26");
      return [
        { ...inQuery(""), path: `/api/v1/version/?q=${inAddress}` }, { ...inQuery(""), path: `/${inAddress.replaceAll("=", "%3D").slice(0, 2000)}?${inAddress.replaceAll("=", "%3D")}=1` },
        inCookie(plain(value)), inHeader("X-Device-Name")(plain(value)), inJson(plain(value)), { ...inJson(plain(value)), path: "/" },
      ];
    };

    test.each(pumps)("%s over and over", async (pump) => {
      // What ordinary text costs is a twentieth of this at most.
      expect(await cost(everywhere(pump))).toBeLessThan(0.3);
    });

    test("long names, and fields where the application reads none, are not inspected", async () => {
      expect(await cost([json("POST", "/api/v1/orders/", { [" ".repeat(500_000)]: 1 }), { ...inJson("\t".repeat(500_000)), path: "/" }, { ...inForm(" ".repeat(100_000)), path: "/api" }])).toBeLessThan(1);
      expect((await send(nginx, json("POST", "/api/v1/orders/", { ["a".repeat(5000)]: 1 }))).status).toBe(400);
      expect((await send(nginx, { ...inJson("а".repeat(10_000)), path: "/" })).status).toBe(413);
      expect((await send(nginx, { ...inJson("а".repeat(5000)), path: "/" })).status).toBe(200);
    });

    const posted = (type: string, body: string): Omit<Sent, "name"> =>
      request("POST", "/api/v1/orders/", { "Content-Type": type, "Content-Length": String(Buffer.byteLength(body)) }, Buffer.from(body));
    const withCookies = (...lines: string[]): Omit<Sent, "name"> => ({ ...inQuery(""), headers: { ...inQuery("").headers, Cookie: lines } as unknown as Sent["headers"] });

    test("unreasonably many cookies are not inspected", async () => {
      expect(await cost([withCookies("a;".repeat(4000)), withCookies(..."abc".split("").map((name) => `${name}=;`.repeat(2500)))])).toBeLessThan(0.1);
      expect((await send(nginx, withCookies(Array.from({ length: 100 }, (_, i) => `name${i}=value${i}`).join("; ")))).status).toBe(200);
      expect((await send(nginx, withCookies(Array.from({ length: 101 }, (_, i) => `name${i}=value${i}`).join("; ")))).status).toBe(400);
    });

    test("an element of XML with many attributes", async () => {
      const element = (attributes: number): string => `<a ${Array.from({ length: attributes }, (_, i) => `a${i}=""`).join(" ")}/>`;
      const chunked = posted("application/xml", element(20_000));
      delete (chunked.headers as Record<string, string>)["Content-Length"];
      expect(await cost([...["application/xml", "text/xml; charset=utf-8", "application/soap+xml"].map((type) => posted(type, element(20_000))), chunked, posted("text/xml", element(900))])).toBeLessThan(0.3);
      expect((await send(nginx, posted("application/xml", "<order><comment>стул</comment></order>"))).status).toBe(200);
      expect((await send(nginx, posted("application/xml", "<order><comment>1' or 1=1 -- </comment></order>"))).status).toBe(403);
      expect((await send(nginx, posted("application/xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "netdoc:/etc/x">]><a>&b;</a>'))).status).toBe(403);
    });

    test.each(["@importurl", "@", "-moz-binding", "-moz-binding:url", "javascript:", "data:", "data:;", "data:,<", "pattern ", "!ENTITY a ", "@import/*", "a;", "select a, ", "; copy a(", "when case (", "javascript: ", "{{'a", "PHNjcmlwdD4g", "<p style=\"color:red\">", "; ssh 5 ", "%d0%", "it's ", ".\n-- ", "online= "])("long fields with %j over and over", async (pump) => {
      expect(await cost([inJson(pump.repeat(300_000 / pump.length))])).toBeLessThan(1.5);
    });

    test.each([["[", "\t)"], ["@import", "!;{{"], ["(", ".\r\n"]])("long fields with %j and then %j over and over", async (first, pump) => {
      expect(await cost([inJson(first + pump.repeat(30_000))])).toBeLessThan(1);
    });

    test.each([["or", " "], ["\nrcpt to:", "<"]])("a long field with %j and then one character over and over", async (first, sign) => {
      expect(await cost([inJson(first + sign.repeat(300_000))])).toBeLessThan(1);
    });

    test("JSON within a field", async () => {
      const quoted = '{"a":1,"b":"c"},\n';
      const words = "стул для офиса, ";
      for (const bytes of [60_000, 120_000]) {
        const ordinaryCost = await cost(Array.from({ length: 2 }, () => inJson(words.repeat(bytes / Buffer.byteLength(words)))));
        expect(await cost(Array.from({ length: 2 }, () => inJson(quoted.repeat(bytes / quoted.length))))).toBeLessThan(20 * Math.max(ordinaryCost, 0.02));
      }
    });
  });

  test("a client's large bodies are inspected one at a time, with or without a declared length", async () => {
    for (const [length, other] of [["Content-Length: 2000000", newClient()], ["Transfer-Encoding: chunked", newClient()]] as const) {
      let slow: TLSSocket;
      let refused: boolean;
      do { // as long as nginx has not yet put away what came before: there are two of them in all
        slow = connect({ host: "127.0.0.1", port: nginx.tlsPort, rejectUnauthorized: false, servername: domain, ALPNProtocols: ["http/1.1"], localAddress: other } as never);
        slow.on("error", () => undefined);
        slow.write(`POST /api/v1/media/ HTTP/1.1\r\nHost: ${domain}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`);
        refused = await Promise.race([once(slow, "data").then(() => true), new Promise<false>((resolve) => { setTimeout(resolve, 500, false); })]);
      } while (refused);
      // It counts once nginx has read its headers; asked five times a second, for no rate's sake.
      let status = 0;
      for (let tries = 0; status !== 429 && tries < 20; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        ({ status } = await send(nginx, largest(2), { from: other }));
      }
      expect(status).toBe(429);
      expect((await send(nginx, inJson("короткий"), { from: other })).status).toBe(200);
      expect((await send(nginx, largest(2))).status).toBe(200);
      slow.destroy();
    }
  });

  test("requests that do not write cannot have an unlimited body", async () => {
    const status = (method: string, bytes: number): Promise<unknown> => new Promise((resolve, reject) => {
      const session = http2.connect(`https://127.0.0.1:${nginx.tlsPort}`, { rejectUnauthorized: false, servername: domain, localAddress: newClient() } as never).on("error", () => undefined);
      const stream = session.request({ ":method": method, ":path": "/api/v1/orders/7/", ":authority": domain, "user-agent": browser, accept: "*/*" }, { endStream: bytes === 0 })
        .on("response", (headers) => { resolve(headers[":status"]); session.destroy(); }).on("error", reject);
      if (bytes > 0) stream.end(Buffer.alloc(bytes));
    });
    for (const method of ["GET", "DELETE", "OPTIONS", "FOO", "POSTS"]) expect([method, await status(method, 200_000)]).toEqual([method, 413]);
    expect(seen()).toEqual([]);
    expect(await status("DELETE", 0)).toBe(200);
    // The others count as large ones, as nobody knows how long they will be.
    for (const method of ["POST", "PUT", "PATCH"]) expect([method, await status(method, 200_000)]).not.toEqual([method, 413]);
  });

  test("as many are inspected at once as fit the machine's memory", () => {
    const size = (memoryMiB: number, vcpus: number) => largeBodiesFor({ memoryMiB, vcpus, bodyMiB: 50 });
    expect([size(1024, 1), size(2048, 1), size(4096, 2), size(512, 1)]).toEqual([2, 7, 15, 1]);
  });

  test("rate limits come first: requests beyond them are not inspected", async () => {
    // Of logins there are five a minute, however long this machine takes for all of them.
    const from = newClient();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(nginx, json("POST", `/api/v1/token/?q=${encodeURIComponent("<script>alert(1)</script>")}`, {}), { from })));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect(count(403) + count(429)).toBe(20);
    expect(count(403)).toBeGreaterThan(0);
    expect(count(429)).toBeGreaterThan(10);
  });
});

describe("the log has", () => {
  const secrets = { Authorization: "Bearer hunter2", Cookie: "sessionid=hunter3" };
  const attack = { ...json("POST", "/api/v1/register/", { username: "<script>alert(1)</script>", password: "hunter4' or 1=1" }, secrets) };

  test("what was found and where, under the id that the client got; no header and no body", async () => {
    const { headers, status } = await send(nginx, attack);
    expect(status).toBe(403);
    const lines = await logged(nginx, String(headers["x-request-id"]));
    expect(rulesIn(lines)).toEqual(expect.arrayContaining(["941110", "949110"]));
    expect(lines.join("\n")).not.toMatch(/hunter/);
    // What the operator is shown has not even what was found.
    const shown = reported(nginx, String(headers["x-request-id"]));
    expect(shown).toMatch(/ 403 127\.\S+ POST \/api\/v1\/register\/ [0-9a-f]{32}\n/);
    expect(shown).toContain("941110 XSS Filter - Category 1: Script Tag Vector (ARGS:json.username)");
    expect(shown).not.toContain("<script");
    expect(reported(nginx, "no such thing")).toBe("nothing was found\n");
  });

  test("a large field that many rules match is not quoted in full, and the rules of truncated lines are still reported", async () => {
    const before = nginx.found().length;
    const text = "<script>alert('\u0001стул')</script> 1' or 1=1 union select password from users; cat /etc/passwd ".repeat(3000);
    const { status, headers } = await send(nginx, json("POST", "/api/v1/orders/", { ["a long name ".repeat(90)]: text }));
    expect(status).toBe(403);
    await logged(nginx, String(headers["x-request-id"]));
    const lines = nginx.found().slice(before).trim().split("\n");
    expect(lines.join("\n").length).toBeLessThan(lines.length * 2100);
    expect(lines.filter((line) => !line.includes("unique_id")).length).toBeGreaterThan(0);
    expect(reported(nginx, String(headers["x-request-id"])).match(/^ {4}\d+ /gm)).toHaveLength(lines.length);
  });

  test("the field with the attack is named, among others that only look like one", async () => {
    const { status, headers } = await send(nginx, json("POST", "/api/v1/orders/", { a: "case (чехол)", b: "1' OR '1'='1", c: "phone case (black)" }));
    expect(status).toBe(403);
    await logged(nginx, String(headers["x-request-id"]));
    expect(reported(nginx, String(headers["x-request-id"]))).toMatch(/10414 SQL injection \(942100\) \(ARGS:json\.b\)/);
  });

  test("a request cannot forge a rule's number in the report", async () => {
    const forged = `<script>') [file "a"] [line "1"] [id "999999"] [rev ""] [msg "forged"] [data ""]`;
    const { headers } = await send(nginx, inJson(forged));
    await logged(nginx, String(headers["x-request-id"]));
    expect(reported(nginx, String(headers["x-request-id"]))).toMatch(/941110/);
    expect(reported(nginx, "")).not.toMatch(/999999|forged/);
  });

  test("in detection mode nothing is refused and the same is logged", async () => {
    const edge = await start({ mode: "detect" });
    const { status, headers } = await send(edge, attack);
    expect(status).toBe(200);
    expect(rulesIn(await logged(edge, String(headers["x-request-id"])))).toContain("949110");
  });
});
