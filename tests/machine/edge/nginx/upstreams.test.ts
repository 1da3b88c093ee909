import { createServer, type Server } from "node:net";
import { freePort, newClient, startEdge, type Edge, type RequestOptions } from "../edge-harness";

const addresses = ["127.0.0.1", "127.0.0.2"];
let nginx: Edge;
let machines: Server[];

/** gunicorn, where it refuses a request unread: it closes while the body is being sent, and that takes its answer along. */
const hasty = (address: string, port: number): Promise<Server> => new Promise((resolve) => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", (head) => {
      if (!head.toString("latin1").startsWith("GET")) socket.resetAndDestroy();
      else socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
    });
  }).listen(port, address, () => resolve(server));
});

beforeAll(async () => {
  const port = await freePort();
  machines = await Promise.all(addresses.map((address) => hasty(address, port)));
  nginx = await startEdge({ upstreams: addresses, upstreamPort: port, adminCidrs: [] });
});
afterAll(async () => {
  await nginx.stop();
  for (const machine of machines) machine.close();
});

test.each<[string, RequestOptions]>([
  ["5 MB", { method: "POST", body: Buffer.alloc(5_000_000) }],
  ["10 kB", { method: "POST", body: Buffer.alloc(10_000) }],
  ["10 kB, of another method", { method: "DELETE", headers: { "Content-Length": 10_000 }, body: Buffer.alloc(10_000) }],
  ["unknown length", { method: "PUT", headers: { "Transfer-Encoding": "chunked" }, body: Buffer.alloc(10_000) }],
])("refusing bodies unread does not mark a machine as failed: %s", async (_, upload) => {
  for (let i = 0; i < 6; i++) {
    expect((await nginx.get("/api/upload/", { from: newClient(), ...upload })).status).toBe(502);
    expect((await nginx.get("/api/v1/orders/")).status).toBe(200);
  }
});
