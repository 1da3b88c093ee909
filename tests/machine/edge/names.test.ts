import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import * as http2 from "node:http2";
import * as https from "node:https";
import { join } from "node:path";
import { browser, json, multipart, request, type Sent } from "../../waf/request";
import { domain, newClient, type Answer, type Edge } from "./edge-harness";
import { firewalls } from "./firewalls";

type Request = Omit<Sent, "name">;
const most = 32_768;

const { seen, start } = firewalls();
let nginx: Edge;
/** Where attacks are only written down. */
let detecting: Edge;
beforeAll(async () => { [nginx, detecting] = await Promise.all([start(), start({ mode: "detect" })]); });

const send = (sent: Request, edge = nginx): Promise<Answer> => edge.get(sent.path, sent);
const status = async (sent: Request, edge = nginx): Promise<number> => (await send(sent, edge)).status;

/** Words of the same letters: ModSecurity keeps all of them in one place. */
function anagrams(letters: string, count: number): string[] {
  const out: string[] = [];
  const grow = (done: string, left: string): void => {
    if (out.length === count) return;
    if (left === "") out.push(done);
    else [...left].forEach((letter, k) => grow(done + letter, left.slice(0, k) + left.slice(k + 1)));
  };
  grow("", letters);
  return out;
}

const typed = (type: string | string[], body: string): Request => request("POST", "/api/v1/orders/", { "Content-Type": type as string }, body);
const objects = (value: unknown): Request => json("POST", "/api/v1/orders/", value);
const form = (names: string[]): Request => typed("application/x-www-form-urlencoded", names.map((name) => `${name}=1`).join("&"));
const parts = (heads: string[], type = "multipart/form-data; boundary=X"): Request => typed(type, heads.map((head) => `--X\r\n${head}\r\n\r\nv\r\n`).join("") + "--X--\r\n");
const field = (name: string): string => `Content-Disposition: form-data; name="${name}"`;
const file = (name: string): string => `${field(name)}; filename="a.txt"`;
const order = (lines: number): unknown =>
  ({ items: Array.from({ length: lines }, (_, i) => ({ product_id: i, quantity: 1, unit_price: "12.50", comment: "стул", discount: 0, warehouse: "A" })) });

describe("names that would slow down the firewall are refused before it reads them", () => {
  test.each<[string, Request]>([
    ["JSON below one long name", objects({ ["k".repeat(100_000)]: Object.fromEntries(anagrams("abcdefg", 900).map((name) => [name, 1])) })],
    ["JSON of anagrams below a name", objects({ ["k".repeat(4000)]: Object.fromEntries(anagrams("abcdefg", 900).map((name) => [name, 1])) })],
    ["JSON, the name being written by numbers", typed("application/json", `{"${"\\u006b".repeat(2000)}":{${anagrams("abcdefg", 900).map((name) => `"${name}":1`).join()}}}`)],
    ["JSON of another type", { ...objects({ ["k".repeat(4000)]: anagrams("abcdefg", 900) }), headers: { "Content-Type": "Application/VND.API+JSON; charset=utf-8" } }],
    ["JSON that breaks off", typed("application/json", JSON.stringify({ ["k".repeat(4000)]: anagrams("abcdefg", 900) }).slice(0, -3))],
    ["JSON in a list of lists", objects([[[[[[[[Object.fromEntries(anagrams("abcdefg", 900).map((name) => [name, 1]))]]]]]]]])],
    ["a form", form(anagrams("abcdefg", 950).map((name) => "k".repeat(900) + name))],
    ["files", parts(anagrams("abcdefgh", 12_000).map(file))],
    ["files of long names", parts(anagrams("abcdefgh", 90).map((name) => file("k".repeat(900) + name)))],
    ["fields of a form with files", parts(anagrams("abcdefgh", 900).map((name) => field("k".repeat(900) + name)))],
    ["many fields of a form with files", parts(anagrams("abcdefgh", 5000).map(field))],
    ["parts with more headers", parts(anagrams("abcdefgh", 900).map((name) => `${field("k".repeat(20) + name)}\r\nContent-Type: text/plain\r\nContent-Length: 1`))],
  ])("%s", async (_, one) => {
    const before = nginx.worked();
    expect(await status(one)).toBe(413);
    expect(nginx.worked() - before).toBeLessThan(0.3);
    expect(seen()).toEqual([]);
  });

  test("also in detection mode; the log says why and for which request, without the body", async () => {
    const { status, headers } = await send(objects({ ["k".repeat(40_000)]: 1 }), detecting);
    expect(status).toBe(413);
    const line = readFileSync(join(detecting.root, "waf.log"), "utf8").split("\n").find((one) => one.includes(String(headers["x-request-id"])))!;
    expect(line).toMatch(/refused before the firewall reads it: names that are too long together/);
    expect(line).not.toContain("kkk");
  });
});

describe("ordinary requests pass", () => {
  test("orders of many lines, forms of many fields, many files", async () => {
    expect(await status(objects(order(150)))).toBe(200);
    expect(await status(form(Array.from({ length: 900 }, (_, i) => `order-${i}-product_id`)))).toBe(200);
    expect(await status(multipart(Array.from({ length: 500 }, (_, i) => ({ name: `order-${i}-product_id`, value: "стул" }))))).toBe(200);
    expect(await status(multipart(Array.from({ length: 100 }, (_, i) => ({ name: "photos", value: "x", file: `Отчёт за ноябрь ${i}.txt`, type: "text/plain" }))))).toBe(200);
  });

  test("bodies in any transfer", async () => {
    const text = JSON.stringify({ comment: "стул ".repeat(20_000) }); // in a file
    const chunked = (headers: object): Promise<number> => new Promise((resolve, reject) => {
      const sent = https.request({ host: "127.0.0.1", port: nginx.tlsPort, servername: domain, rejectUnauthorized: false, localAddress: newClient(), method: "POST", path: "/api/v1/orders/", headers: { host: domain, "User-Agent": browser, Accept: "*/*", "Content-Type": "application/json", ...headers } })
        .on("response", (response) => { response.resume(); resolve(response.statusCode!); }).on("error", reject);
      if ("Expect" in headers) sent.on("continue", () => sent.end(text));
      else { sent.write(text.slice(0, 10)); setTimeout(() => sent.end(text.slice(10)), 50); }
      sent.flushHeaders();
    });
    const streamed = (value: string): Promise<unknown> => new Promise((resolve, reject) => {
      const session = http2.connect(`https://127.0.0.1:${nginx.tlsPort}`, { rejectUnauthorized: false, servername: domain, localAddress: newClient() } as never).on("error", () => undefined);
      const stream = session.request({ ":method": "POST", ":path": "/api/v1/orders/", ":authority": domain, "user-agent": browser, accept: "*/*", "content-type": "application/json" })
        .on("response", (headers) => { resolve(headers[":status"]); session.destroy(); }).on("error", reject);
      stream.write(value.slice(0, 10));
      setTimeout(() => stream.end(value.slice(10)), 50);
    });
    expect(await status(typed("application/json", text))).toBe(200);
    expect(await chunked({})).toBe(200);
    expect(await chunked({ Expect: "100-continue", "Content-Length": String(Buffer.byteLength(text)) })).toBe(200);
    expect(await streamed(text)).toBe(200);
    expect(await streamed(JSON.stringify({ ["k".repeat(40_000)]: 1 }))).toBe(413);
    expect(await status(multipart([{ name: "file", file: "a.bin", value: Buffer.alloc(3_000_000, "--X\r\n--") }]))).toBe(200);
    expect(await status({ ...multipart([{ name: "file", file: "a.bin", value: Buffer.alloc(3_000_000, 1) }, ...anagrams("abcdefg", 110).map((name) => ({ name, file: "b", value: "" }))]) })).toBe(413);
    expect(seen()).toHaveLength(5);
  }, 60_000);

  test.each([
    'form-data; name="a"', "form-data; name=a", 'form-data;name="a";filename="b c.txt"', 'form-data; filename="b.txt"; name="a"', 'form-data; name="a";', 'form-data ; name="a" ; filename=b.txt',
  ])("a part with %s", async (value) => {
    expect(await status(parts([`Content-Disposition: ${value}`]))).toBe(200);
    expect(await status(parts([`content-type: text/plain\r\ncontent-disposition: ${value}`]))).toBe(200);
  });
});

describe("names are measured as ModSecurity stores them", () => {
  /** The names of all fields, as json.cc makes them. */
  function paths(value: unknown, path = "", name = "json"): string[] {
    if (Array.isArray(value)) return value.flatMap((one, i) => paths(one, `${path}${name}.array_${i}`, ""));
    if (value !== null && typeof value === "object") return Object.entries(value).flatMap(([key, one]) => paths(one, `${path}${name}.`, key === "" ? "empty-key" : key));
    return [path + name];
  }
  const padded = (value: unknown, length: number): Request => {
    const rest = length - paths([value, []]).join("").length - "json.array_1.".length;
    return objects([value, { ["k".repeat(rest)]: 1 }]);
  };

  test("of JSON", async () => {
    const key = fc.oneof(fc.stringMatching(/^[a-z_:,\]}[{]{0,12}$/), fc.constant(""));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 6 }, fc.constantFrom(null, true, -1.5e3, '"', "\\", '\\"{', "],", "x", []), fc.array(tie("value"), { maxLength: 12 }), fc.dictionary(key, tie("value"), { maxKeys: 6 })),
    }));
    await fc.assert(fc.asyncProperty(value, async (one) => {
      expect(await status(padded(one, most))).not.toBe(413);
      expect(await status(padded(one, most + 1))).toBe(413);
    }), { numRuns: 60 });
  });

  test("of forms", async () => {
    expect(await status(form([..."abcdefgh"].map((name) => name.repeat(most / 8))))).toBe(200);
    expect(await status(form(["i", ..."abcdefgh"].map((name) => name.repeat(name === "i" ? 1 : most / 8))))).toBe(413);
  });

  test("of forms with files, once for each header", async () => {
    const names = Array.from({ length: 64 }, (_, i) => String(i).padStart(256, "n"));
    expect(await status(parts(names.map((name) => `${field(name)}\r\nContent-Type: text/plain`)))).toBe(200);
    expect(await status(parts([field("n"), ...names.map((name) => `${field(name)}\r\nContent-Type: text/plain`)]))).toBe(413);
  });
});

describe("ambiguous bodies are refused unread", () => {
  const ordinary = field("a");

  test.each([
    ["two types", typed(["application/json", "application/x-www-form-urlencoded"], "{}")],
    ["a boundary in quotes", parts([ordinary], 'multipart/form-data; boundary="X"')],
    ["no boundary", parts([ordinary], "multipart/form-data")],
    ...[
      "Content-Type: text/plain", // ModSecurity would look for headers in what comes after it
      'Content-Disposition: form-data; name="a"; name="b"', 'Content-Disposition: form-data; name=""', 'Content-Disposition: form-data; name="a"x', 'Content-Disposition: form-data; name="a\\"b"',
      'Content-Disposition: form-data; name="a"; filename ="b"', "Content-Disposition: form-data; name='a'", "Content-Disposition: form-data", 'Content-Disposition: attachment; name="a"', 'Content-Disposition: form-data; name="a"; filename*=utf-8\'\'b',
      `${ordinary}\r\n${ordinary}`, `${ordinary}\r\n X`, `${ordinary}\r\nX: y`, `${ordinary}\nContent-Type: text/plain`, `${ordinary}\r\nContent-Type: ${"x".repeat(1000)}`,
    ].map((head): [string, Request] => [head, parts([head])]),
    ["a part after a bare line feed", typed("multipart/form-data; boundary=X", `--X\n${ordinary}\n\nv\n--X--\n`)],
  ])("%s", async (_, one) => {
    expect(await status(one, detecting)).toBe(400);
    expect(seen()).toEqual([]);
  });
});
