import * as tls from "node:tls";
import { eventually, make, on, output, request } from "../support";

test("a renewed certificate is served without manual steps", async () => {
  const stack = await output();
  const serial = () => new Promise<string>((resolve, reject) => {
    const socket = tls.connect({ host: stack.publicAddress, port: 443, servername: new URL(stack.apiUrl).hostname, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    }).on("error", reject);
  });
  const before = await serial();
  expect(await on("edge", "systemctl is-active certbot.timer")).toBe("active\n");
  await on("edge", "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt certbot renew --force-renewal --no-random-sleep-on-renew -q");
  // nginx takes a reload as a signal: its old workers answer until new ones have read all rules.
  await eventually("the new certificate", async () => (await serial()) !== before, 30);
  expect((await request(stack, "GET", "/api/health/")).status).toBe(200);
  expect((await make("up")).stderr).toMatch(/Up in .*\(\d+ same\)/);
}, 120_000);
