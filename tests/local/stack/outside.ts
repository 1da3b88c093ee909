/** Strangers on the internet of the local cloud, and what they send byte by byte. */
import * as fs from "node:fs";
import * as https from "node:https";
import * as tls from "node:tls";
import type { Sent } from "../../waf/request";
import { output, run, type Answer, type Output } from "./support";

/** Addresses of documentation (RFC 5737), which this machine has for as long as the tests run; the local cloud answers any address. */
const addresses = Array.from({ length: 40 }, (_, i) => `198.51.100.${i + 1}`);
let next = 0;

const change = async (action: string): Promise<void> => {
  const { code, stderr } = await run("ip", ["-force", "-batch", "-"], { input: addresses.map((address) => `address ${action} ${address}/32 dev ringo-host\n`).join("") });
  if (action === "replace" && code !== 0) throw new Error(stderr);
};

/** Gives this machine the strangers' addresses; and the strangers the stack, and the host name that they know it by. */
export async function arrive(): Promise<{ stack: Output; host: string }> {
  const stack = await output();
  await change("replace");
  return { stack, host: hostOf(stack) };
}
export const leave = (): Promise<void> => change("delete");

/** One of them, in turn: rates are by address. */
export const stranger = (): string => addresses[next++ % addresses.length]!;

const hostOf = (stack: Output): string => new URL(stack.apiUrl).hostname;

/** One HTTPS request from an address. */
export function ask(stack: Output, { method, path, headers, body }: Omit<Sent, "name">, from = stranger()): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request({
      host: stack.publicAddress, servername: hostOf(stack), ca: fs.readFileSync(stack.caCertificate), agent: false, localAddress: from,
      method, path, headers: { Host: hostOf(stack), ...headers }, timeout: 60_000,
    }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject).on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, json: () => JSON.parse(text) });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`${method} ${path}: no answer in time`))).on("error", reject);
    request.end(body);
  });
}

/** A TLS connection to the edge that nothing else is done with. */
export function open(stack: Output, options: Partial<tls.ConnectionOptions> & { from?: string } = {}): Promise<tls.TLSSocket> {
  const { from = stranger(), ...rest } = options;
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host: stack.publicAddress, port: 443, servername: hostOf(stack), ca: fs.readFileSync(stack.caCertificate), ALPNProtocols: ["http/1.1"],
      localAddress: from, ...rest,
    } as tls.ConnectionOptions, () => resolve(socket));
    socket.on("error", reject);
  });
}

/** What comes back for these bytes until the edge closes, or says nothing more for a while. A busy one may take long over its first word. */
export async function raw(stack: Output, bytes: string, options: { from?: string; quietMs?: number } = {}): Promise<string> {
  const socket = await open(stack, { from: options.from });
  return new Promise((resolve) => {
    let text = "";
    const done = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.removeAllListeners("error");
    socket.setTimeout(10_000, done);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      socket.setTimeout(options.quietMs ?? 1500);
    }).on("error", done).on("close", done);
    socket.write(Buffer.from(bytes, "latin1"));
  });
}

/** The status lines among what came back. */
export const statuses = (text: string): number[] => [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));

/** A list's items a few at a time, in their order. */
export async function each<T, R>(items: T[], work: (item: T) => Promise<R>, atOnce = 8): Promise<R[]> {
  const results: R[] = [];
  const queue = items.map((item, i) => [item, i] as const);
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let one = queue.shift(); one; one = queue.shift()) results[one[1]] = await work(one[0]);
  }));
  return results;
}
