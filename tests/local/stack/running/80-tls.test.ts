import * as fs from "node:fs";
import * as path from "node:path";
import * as tls from "node:tls";
import { inCache } from "../../../../local/paths";
import { request } from "../../../waf/request";
import { arrive, ask, leave } from "../outside";
import { on, run, type Output } from "../support";

let stack: Output;
beforeAll(async () => ({ stack } = await arrive()), 60_000);
afterAll(leave);

test("testssl.sh gives the grade A+", async () => {
  const root = fs.readFileSync(stack.caCertificate, "utf8");
  // On the edge, as only Debian 13's version gives grades; gone afterwards.
  const report = await on("edge", `
    apt-get install -qy -o DPkg::Lock::Timeout=120 --no-install-recommends testssl.sh >/dev/null 2>&1
    trap 'apt-get purge -qy -o DPkg::Lock::Timeout=120 --autoremove testssl.sh >/dev/null 2>&1; rm -f /run/authority.pem' EXIT
    cat >/run/authority.pem <<'PEM'
${root}
PEM
    testssl --quiet --color 0 --warnings batch --add-ca /run/authority.pem --ip ${stack.publicAddress} -p -s -f -S -h -U ${stack.apiUrl}/api/v1/nothing/ || true`);
  expect(/Overall Grade +(\S+)/.exec(report)?.[1]).toBe("A+");
  expect(report).toMatch(/Chain of trust +Ok/);
  expect(report.split("\n").filter((line) => /VULNERABLE \(NOT ok\)/.test(line))).toEqual([]);
}, 400_000);

test("the certificate's key is of the type that costs the edge least", async () => {
  const curve = await new Promise<string | undefined>((resolve, reject) => {
    const socket = tls.connect({ host: stack.publicAddress, port: 443, servername: new URL(stack.apiUrl).hostname, ca: fs.readFileSync(stack.caCertificate) }, () => {
      resolve((socket.getPeerCertificate() as { asn1Curve?: string }).asn1Curve);
      socket.destroy();
    }).on("error", reject);
  });
  expect(curve).toBe("prime256v1");
});

test("clients that support it use a post-quantum key exchange, and others connect as before", async () => {
  const agreed = (ecdhCurve: string) => new Promise<string>((resolve) => {
    const socket = tls.connect({ host: stack.publicAddress, port: 443, servername: new URL(stack.apiUrl).hostname, ca: fs.readFileSync(stack.caCertificate), ecdhCurve }, () => {
      resolve(socket.getProtocol()!);
      socket.destroy();
    }).on("error", ({ message }) => resolve(message));
  });
  for (const group of ["X25519MLKEM768", "X25519", "prime256v1", "secp384r1"]) expect([group, await agreed(group)]).toEqual([group, "TLSv1.3"]);
  expect(await agreed("secp521r1")).toMatch(/alert handshake failure/);
});

test("a client that names another host, or none, does not even get the certificate", async () => {
  for (const servername of ["evil.example", `x.${new URL(stack.apiUrl).hostname}`, ""]) {
    const shown = await new Promise<string>((resolve) => {
      const socket = tls.connect({ host: stack.publicAddress, port: 443, servername, rejectUnauthorized: false }, () => {
        resolve(`the certificate of ${String(socket.getPeerCertificate().subject?.CN)}`);
        socket.destroy();
      });
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
    expect([servername, shown]).toEqual([servername, expect.stringMatching(/UNRECOGNIZED_NAME|ECONNRESET/)]);
  }
});

test("gixy finds nothing in nginx's configuration", async () => {
  const dump = path.join(fs.mkdtempSync("/tmp/ringo-gixy-"), "nginx.conf");
  fs.writeFileSync(dump, await on("edge", "nginx -T 2>/dev/null"));
  const { stdout, stderr } = await run(inCache("bin", "gixy"), ["--format", "json", dump]);
  fs.rmSync(path.dirname(dump), { recursive: true });
  expect([JSON.parse(stdout), stderr]).toEqual([[], expect.stringContaining("dump")]);
}, 60_000);

test("headers satisfy Mozilla's Observatory", async () => {
  const of = async (where: string) => (await ask(stack, request("GET", where), "198.18.0.254")).headers;
  const common = {
    "strict-transport-security": "max-age=31536000; includeSubDomains", "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin", server: "nginx",
  };
  const api = await of("/api/v1/nothing/");
  expect(api).toMatchObject({ ...common, "cross-origin-resource-policy": "same-origin", "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" });
  const admin = await of("/admin/login/");
  expect(admin).toMatchObject({ ...common, "content-security-policy": expect.stringMatching(/^default-src 'self';.*object-src 'none'.*frame-ancestors 'none'$/) });
  expect(admin["content-security-policy"]).not.toMatch(/script-src|unsafe-eval|\*/);
  expect(await of("/media/none.png")).toMatchObject({ ...common, "cross-origin-resource-policy": "cross-origin", "content-security-policy": "default-src 'none'; sandbox" });
  for (const cookie of [admin["set-cookie"]].flat()) expect(cookie).toMatch(/; ?secure/i);
  expect(admin["set-cookie"]).toBeDefined();
  for (const headers of [api, admin]) for (const name of ["x-powered-by", "via", "access-control-allow-origin"]) expect(headers).not.toHaveProperty(name);
});
