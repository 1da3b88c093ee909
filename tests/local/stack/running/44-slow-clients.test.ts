import * as fs from "node:fs";
import * as http2 from "node:http2";
import * as net from "node:net";
import { arrive, ask, leave, open, raw, statuses, stranger } from "../outside";
import { request } from "../../../waf/request";
import { eventually, type Output } from "../support";

let stack: Output;
let host: string;
beforeAll(async () => ({ stack, host } = await arrive()), 60_000);
afterAll(leave);

/** Seconds until the edge ends the connection, while a byte is sent now and then. */
function endured(socket: net.Socket, first: string, drip: string, everyMs: number): Promise<number> {
  return new Promise((resolve) => {
    const began = Date.now();
    const timer = drip === "" ? undefined : setInterval(() => socket.write(drip), everyMs);
    const done = (): void => {
      clearInterval(timer);
      socket.destroy();
      resolve((Date.now() - began) / 1000);
    };
    socket.removeAllListeners("error");
    socket.on("close", done).on("error", done).on("end", done).resume();
    if (first !== "") socket.write(first);
  });
}

test("slow clients are disconnected: before TLS, within headers, within a body, and when idle", async () => {
  const silent = net.connect({ host: stack.publicAddress, port: 443, localAddress: stranger() });
  const seconds = await Promise.all([
    endured(silent, "", "", 0),
    endured(await open(stack), `GET / HTTP/1.1\r\nHost: ${host}\r\n`, "X-A: 1\r\n", 1000),
    endured(await open(stack), `GET / HTTP/1.1\r\nHost: ${host}\r\nX-A: `, "a", 500),
    endured(await open(stack), `POST /api/v1/nothing/ HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1000\r\n\r\n{`, "", 0),
    endured(await open(stack), "", "", 0),
  ]);
  // Ten seconds for headers however they come, fifteen between two reads of a body.
  expect(seconds.map((one) => one > 5 && one < 20)).toEqual([true, true, true, true, true]);
}, 60_000);

test("while many clients are slow, others are served", async () => {
  const slow = await Promise.all(Array.from({ length: 300 }, () => open(stack)));
  for (const socket of slow) {
    socket.on("error", () => undefined);
    socket.write(`POST /api/v1/nothing/ HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`);
  }
  const began = Date.now();
  expect((await ask(stack, request("GET", "/api/v1/nothing/"))).status).toBe(404);
  expect(Date.now() - began).toBeLessThan(3000);
  for (const socket of slow) socket.destroy();
}, 60_000);

test("while one client's uploads are refused, others are served; and the refused one gets the reason", async () => {
  const upload = request("POST", "/api/v1/orders/", { "Content-Type": "application/json", Authorization: "Bearer expired" }, JSON.stringify({ photo: "Q".repeat(240_000) }));
  const from = stranger();
  const refused: number[] = [];
  const others: number[] = [];
  for (let i = 0; i < 15; i++) {
    refused.push((await ask(stack, upload, from)).status);
    others.push((await ask(stack, request("GET", "/api/v1/nothing/"))).status);
  }
  expect(refused).toEqual(refused.map(() => 401));
  expect(others).toEqual(others.map(() => 404));
}, 60_000);

test.each(["/api/v1/token/", "/static/x", "/media/x", "/api/health/"])("one address has no more than its share of requests to %s, however slowly it sends them", async (where) => {
  const from = stranger();
  const sockets = await Promise.all(Array.from({ length: 60 }, () => open(stack, { from })));
  let waiting = sockets.length;
  for (const socket of sockets) {
    socket.once("data", () => void waiting--).on("error", () => undefined);
    socket.write(`POST ${where} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 10\r\n\r\n{`);
  }
  // Long before the edge gives up the first of them for its slowness.
  await eventually("no more than the share waits", async () => waiting <= 50, 10).finally(() => sockets.forEach((socket) => socket.destroy()));
}, 30_000);

test("requests that are too large are refused before they are read", async () => {
  const post = (length: number) => raw(stack, `POST /api/v1/media/ HTTP/1.1\r\nHost: ${host}\r\nContent-Type: multipart/form-data; boundary=a\r\nContent-Length: ${length}\r\n\r\n--a`, { quietMs: 1000 });
  expect(statuses(await post(50 * 1024 * 1024 + 1))).toEqual([413]);
  expect(statuses(await post(10 ** 15))).toEqual([413]);
  expect(statuses(await raw(stack, `GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`))).toEqual([414]);
  expect(statuses(await raw(stack, `GET / HTTP/1.1\r\nHost: ${host}\r\nX-A: ${"a".repeat(9000)}\r\n\r\n`))).toEqual([400]);
  expect(statuses(await raw(stack, `GET / HTTP/1.1\r\nHost: ${host}\r\n${"X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(1000)}\r\n`))).toEqual([400]);
});

test("a client that opens and resets HTTP/2 requests is disconnected, and others are served", async () => {
  const session = http2.connect(stack.apiUrl, { ca: fs.readFileSync(stack.caCertificate), localAddress: stranger() } as never);
  const closed = new Promise<string>((resolve) => {
    session.on("goaway", () => resolve("shown out")).on("close", () => resolve("closed")).on("error", () => resolve("error"));
    setTimeout(() => resolve("still there"), 15_000).unref();
  });
  await new Promise((resolve) => session.once("connect", resolve));
  let sent = 0;
  for (; sent < 5000 && !session.closed && !session.destroyed; sent++) {
    const stream = session.request({ ":path": `/api/v1/nothing/?${sent}`, ":authority": host });
    stream.on("error", () => undefined);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    if (sent % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await closed).not.toBe("still there");
  const began = Date.now();
  expect((await ask(stack, request("GET", "/api/v1/nothing/"))).status).toBe(404);
  expect(Date.now() - began).toBeLessThan(3000);
  session.destroy();
}, 60_000);
