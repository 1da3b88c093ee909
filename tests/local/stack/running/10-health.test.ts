import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";
import { ask } from "../inside";
import { output, request, type Output } from "../support";

let stack: Output;
beforeAll(async () => void (stack = await output()));

test("answers health over TLS with a chain that verifies", async () => {
  const answer = await request(stack, "GET", "/api/health/");
  expect([answer.status, answer.body]).toEqual([200, expect.any(String)]);
});

test("is not trusted without the stack's own authority", async () => {
  const refused = new Promise((resolve, reject) => {
    https.get(`${stack.apiUrl}/api/health/`, { agent: false }, resolve).on("error", reject);
  });
  await expect(refused).rejects.toThrow(/certificate/);
});

test("redirects HTTP to HTTPS", async () => {
  const { statusCode, headers } = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(`${stack.apiUrl.replace("https:", "http:")}/api/health/`, { agent: false }, (res) => resolve(res.resume())).on("error", reject);
  });
  expect([statusCode, headers.location]).toEqual([301, `${stack.apiUrl}/api/health/`]);
});

test("speaks TLS 1.2 and 1.3 and nothing older", async () => {
  const negotiate = (version: tls.SecureVersion) => new Promise<string>((resolve) => {
    const socket = tls.connect({
      host: stack.publicAddress, port: 443, servername: new URL(stack.apiUrl).hostname,
      minVersion: version, maxVersion: version, rejectUnauthorized: false, ciphers: "DEFAULT@SECLEVEL=0",
    }, () => {
      resolve(socket.getProtocol() ?? "none");
      socket.destroy();
    });
    socket.on("error", () => resolve("refused"));
  });
  expect(await Promise.all((["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const).map(negotiate)))
    .toEqual(["refused", "refused", "TLSv1.2", "TLSv1.3"]);
});

test("sends the security headers and hides the server's version", async () => {
  const { headers } = await request(stack, "GET", "/api/health/");
  expect(headers["strict-transport-security"]).toMatch(/max-age=(\d{8,})/);
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers.server ?? "nginx").toBe("nginx");
});

test("never shows metrics, however the path is spelt", async () => {
  const paths = ["/metrics", "/metrics/", "//metrics", "/./metrics", "/METRICS", "/%6detrics", "/api/../metrics", "/metrics?x=1", "/metrics;x"];
  const answers = await Promise.all(paths.map(async (path) => [path, (await request(stack, "GET", path)).body] as const));
  for (const [path, body] of answers) expect([path, body.includes("# HELP")]).toEqual([path, false]);
});

test("shows the admin login to an admin address, with static files served by the edge", async () => {
  const page = await request(stack, "GET", "/admin/login/");
  expect(page.status).toBe(200);
  const asset = /\/static\/[^"']+\.css/.exec(page.body)?.[0] ?? "no stylesheet";
  const css = await request(stack, "GET", asset);
  expect([css.status, css.headers["content-type"]]).toEqual([200, expect.stringContaining("text/css")]);
});

test("backups of the media files run from the first hour on, even before there are any files", async () => {
  expect(await ask("data", "systemctl start ringo-media-backup.service && systemctl show --value --property Result ringo-media-backup.service")).toBe("success");
});
