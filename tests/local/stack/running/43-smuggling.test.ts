import { randomBytes } from "node:crypto";
import * as http2 from "node:http2";
import * as fs from "node:fs";
import { arrive, ask, each, leave, raw, statuses, stranger } from "../outside";
import { request } from "../../../waf/request";
import type { Output } from "../support";

let stack: Output;
let host: string;
beforeAll(async () => ({ stack, host } = await arrive()), 60_000);
afterAll(leave);

/** What an attacker hides: a request that the edge would refuse, and one whose answer differs from every other. */
const hidden = () => `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Proto: https\r\n\r\nGET /api/v1/version/ HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Proto: https\r\n\r\n`;
const post = (headers: string, body: string): string => `POST /api/v1/nothing/ HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n${body}`;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Ways of saying where a body ends that two servers could read differently. */
const refused: Record<string, () => string> = {
  "length and chunks": () => post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${hidden()}`),
  "chunks and length": () => post(`Transfer-Encoding: chunked\r\nContent-Length: ${hidden().length + 5}\r\n`, `0\r\n\r\n${hidden()}`),
  "two lengths": () => post(`Content-Length: 0\r\nContent-Length: ${hidden().length}\r\n`, hidden()),
  "two equal lengths": () => post("Content-Length: 0\r\nContent-Length: 0\r\n", hidden()),
  "a list of lengths": () => post("Content-Length: 0, 5\r\n", hidden()),
  "a signed length": () => post("Content-Length: +5\r\n", hidden()),
  "a length in hexadecimal": () => post("Content-Length: 0x5\r\n", hidden()),
  "a negative length": () => post("Content-Length: -1\r\n", hidden()),
  "an encoding that is none": () => post("Transfer-Encoding: xchunked\r\n", hidden()),
  "two encodings": () => post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", `0\r\n\r\n${hidden()}`),
  "a list of encodings": () => post("Transfer-Encoding: identity, chunked\r\n", `0\r\n\r\n${hidden()}`),
  "an encoding after a tab": () => post("Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n", `0\r\n\r\n${hidden()}`),
  "a header with a space in its name": () => post("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", `0\r\n\r\n${hidden()}`),
  "a folded header": () => post("X-A: 1\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", `0\r\n\r\n${hidden()}`),
  "a folded encoding": () => post("Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", `0\r\n\r\n${hidden()}`),
  "a return within a header": () => post("X-A: 1\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", `0\r\n\r\n${hidden()}`),
  "a zero byte in a header": () => post("X-A: \0\r\nContent-Length: 5\r\n", hidden()),
  "chunks in HTTP/1.0": () => `POST /api/v1/nothing/ HTTP/1.0\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden()}`,
  "a chunk whose length is none": () => post("Transfer-Encoding: chunked\r\n", `zz\r\n${hidden()}`),
  "a chunk of negative length": () => post("Transfer-Encoding: chunked\r\n", `-1\r\n${hidden()}`),
  "a chunk longer than numbers go": () => post("Transfer-Encoding: chunked\r\n", `ffffffffffffffff1\r\n${hidden()}`),
  "a chunk that ends where it should not": () => post("Transfer-Encoding: chunked\r\n", `2\r\nabc\r\n0\r\n\r\n${hidden()}`),
  "HTTP/0.9": () => "GET /metrics\r\n\r\n",
  "a version to come": () => `GET /metrics HTTP/3.7\r\nHost: ${host}\r\n\r\n`,
  "a method that is none": () => `GET\0 /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  "a return in the address": () => `GET /a\rGET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
};

/** Odd, but read by all in one way: the edge hands on what it understood, not what it got. */
const understood: Record<string, () => string> = {
  "lines that end in a line feed only": () => post("Content-Length: 0\r\nConnection: close\r\n", "").replaceAll("\r\n", "\n"),
  "a chunk with an extension": () => post("Transfer-Encoding: chunked\r\nConnection: close\r\nContent-Type: application/json\r\n", `2;a=b;c="\r\n{}\r\n0;x\r\n\r\n`.replace('c="', 'c="d"')),
  "trailers": () => post("Transfer-Encoding: chunked\r\nConnection: close\r\nContent-Type: application/json\r\n", `${chunk("{}")}0\r\nContent-Length: 5\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n`),
  "headers whose names have underscores": () => post("Content_Length: 50\r\nTransfer_Encoding: chunked\r\nContent-Length: 0\r\nConnection: close\r\n", ""),
  "headers for the next hop": () => post("Connection: close, Content-Length, X-Forwarded-For\r\nContent-Length: 2\r\nContent-Type: application/json\r\n", "{}"),
  "upgrades": () => post("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: 0\r\n", ""),
};

/** Everyone else, meanwhile: each asks for what nobody else asks for, and has to get it. */
async function bystanders(): Promise<void> {
  const answers = await each(Array.from({ length: 12 }, () => `/api/v1/${randomBytes(6).toString("hex")}/`), async (path) => ask(stack, request("GET", path)));
  expect(new Set(answers.map(({ status, body }) => `${status} ${/HELP|release/.test(body)}`))).toEqual(new Set(["404 false"]));
}

test("a body whose end is ambiguous is refused, and the request hidden in it is never answered", async () => {
  for (const [name, bytes] of Object.entries(refused)) {
    const text = await raw(stack, bytes(), { quietMs: 1000 });
    const answered = statuses(text);
    expect([name, answered.every((status) => [400, 411, 413, 501, 505].includes(status)), /# HELP|"release"/.test(text)]).toEqual([name, true, false]);
  }
  await bystanders();
}, 60_000);

test("an odd but unambiguous request is a single request", async () => {
  for (const [name, bytes] of Object.entries(understood)) {
    const text = await raw(stack, bytes(), { quietMs: 1500 });
    expect([name, statuses(text).length <= 1, /# HELP|"release"/.test(text)]).toEqual([name, true, false]);
    expect([name, statuses(text)]).toEqual([name, [404]]);
  }
  await bystanders();
}, 60_000);

test("each request in a connection is filtered", async () => {
  const text = await raw(stack, `GET /api/v1/nothing/ HTTP/1.1\r\nHost: ${host}\r\n\r\nGET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\nGET /admin/login/ HTTP/1.1\r\nHost: ${host}\r\n\r\nGET /?a=<script>alert(1)</script> HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  expect(statuses(text)).toEqual([404, 404, 403, 403]);
});

test("HTTP/2 offers no way around that either", async () => {
  const send = async (headers: http2.OutgoingHttpHeaders, body?: string): Promise<number> => {
    const session = http2.connect(stack.apiUrl, { ca: fs.readFileSync(stack.caCertificate), localAddress: stranger() } as never);
    const status = await new Promise<number>((resolve) => {
      session.on("error", () => resolve(0));
      const stream = session.request({ ":authority": host, ...headers }, { endStream: body === undefined });
      stream.on("response", (answer) => resolve(Number(answer[":status"]))).on("error", () => resolve(0)).on("close", () => resolve(0));
      if (body !== undefined) stream.end(body);
    });
    session.destroy();
    return status;
  };
  expect(await send({ ":path": "/metrics" })).toBe(404);
  expect(await send({ ":path": "/admin/login/" })).toBe(403);
  expect(await send({ ":path": "//metrics" })).toBe(400);
  expect([0, 400]).toContain(await send({ ":path": "/api/v1/nothing/", ":method": "POST", "content-length": "1" }, hidden()));
  expect([0, 421]).toContain(await send({ ":path": "/", ":authority": "evil.example" }));
  expect(await send({ ":path": "/api/v1/nothing/", ":method": "POST", "content-type": "application/json" }, '{"a":"<script>alert(1)</script>"}')).toBe(403);
  await bystanders();
}, 60_000);
