import * as net from "node:net";

/** What answers a connection: the first three bytes, "open" without any, "closed" by the other end without any, "refused", or "filtered" when nothing comes back. */
export function probe(address: string, port: number, timeoutMs = 1500): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port });
    const answer = (text: string): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(timeoutMs, () => answer(socket.connecting ? "filtered" : "open"));
    socket.on("data", (data) => answer(data.toString().slice(0, 3)));
    socket.on("end", () => answer("closed"));
    socket.on("error", ({ code }: NodeJS.ErrnoException) => answer(code === "ECONNREFUSED" ? "refused" : code === "ECONNRESET" ? "closed" : "filtered"));
  });
}
