import * as net from "node:net";
import { probe } from "./probe";

/** What a probe says of a server that does this with a connection. */
async function probed(serve: (socket: net.Socket) => void): Promise<string> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket.on("error", () => undefined));
    serve(socket);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as net.AddressInfo;
  try {
    return await probe("127.0.0.1", port, 200);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((ended) => server.close(ended));
  }
}

// A server that is just starting or ending may close what it has accepted: a probe that waits for more waits for ever.
test.each<[string, string, (socket: net.Socket) => void]>([
  ["sends a greeting", "SSH", (socket) => socket.write("SSH-2.0-x\r\n")],
  ["sends nothing", "open", () => undefined],
  ["closes", "closed", (socket) => socket.end()],
  ["resets", "closed", (socket) => socket.resetAndDestroy()],
])("a server that %s is %s", async (_, answer, serve) => expect(await probed(serve)).toBe(answer), 5000);

test("a port that nothing listens on is refused", async () => {
  const server = net.createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((ended) => server.close(ended));
  expect(await probe("127.0.0.1", port)).toBe("refused");
});
