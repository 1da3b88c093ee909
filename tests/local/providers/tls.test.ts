import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UNKNOWN } from "../../../local/providers/resource";
import { tls } from "../../../local/providers/tls";
import { reveal, Secret } from "../../../local/providers/wire";
import { TestEngine } from "./client";

const privateKey = "tls:index/privateKey:PrivateKey";
const selfSigned = "tls:index/selfSignedCert:SelfSignedCert";
const request = "tls:index/certRequest:CertRequest";
const locallySigned = "tls:index/locallySignedCert:LocallySignedCert";

let engine: TestEngine;
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-tls-"));
beforeAll(async () => { engine = await TestEngine.start(tls); });
afterAll(async () => {
  fs.rmSync(directory, { recursive: true });
  await engine.stop();
});

const run = (program: string, args: string[], input?: string): string =>
  execFileSync(program, args, { encoding: "utf8", cwd: directory, stdio: ["pipe", "pipe", "pipe"], ...(input === undefined ? {} : { input }) });

function write(name: string, content: string): string {
  fs.writeFileSync(path.join(directory, name), content, { mode: 0o600 });
  return name;
}

test.each([
  [{ algorithm: "RSA", rsaBits: 2048 }], [{ algorithm: "RSA", rsaBits: 3072 }],
  [{ algorithm: "ECDSA", ecdsaCurve: "P256" }], [{ algorithm: "ECDSA", ecdsaCurve: "P384" }], [{ algorithm: "ECDSA", ecdsaCurve: "P521" }],
  [{ algorithm: "ED25519" }],
])("OpenSSH and OpenSSL read the key of %j in every format", async (inputs) => {
  const { outputs, plain } = await engine.create(privateKey, inputs);
  for (const property of ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"]) expect(outputs[property]).toBeInstanceOf(Secret);
  const openssh = write("key", plain.privateKeyOpenssh);
  expect(run("ssh-keygen", ["-y", "-P", "", "-f", openssh]).trim()).toBe(plain.publicKeyOpenssh.trim());
  write("key.pub", plain.publicKeyOpenssh);
  expect(run("ssh-keygen", ["-l", "-f", "key.pub"])).toContain(plain.publicKeyFingerprintSha256);
  expect(run("ssh-keygen", ["-l", "-E", "md5", "-f", "key.pub"])).toContain(`MD5:${plain.publicKeyFingerprintMd5} `);
  for (const property of ["privateKeyPem", "privateKeyPemPkcs8"]) {
    expect(run("openssl", ["pkey", "-pubout"], plain[property])).toBe(plain.publicKeyPem);
  }
  // The private half signs what the public half verifies.
  run("ssh-keygen", ["-q", "-Y", "sign", "-n", "file", "-f", openssh, write("message", "text")]);
  run("ssh-keygen", ["-Y", "check-novalidate", "-n", "file", "-s", "message.sig"], "text");
  fs.rmSync(path.join(directory, "message.sig"));
});

test("P-224, the official default for ECDSA, has no SSH formats", async () => {
  const { plain } = await engine.create(privateKey, { algorithm: "ECDSA" });
  expect(plain).toMatchObject({ ecdsaCurve: "P224", rsaBits: 2048, publicKeyOpenssh: "", privateKeyOpenssh: "", publicKeyFingerprintMd5: "" });
  expect(run("openssl", ["pkey", "-pubout"], plain.privateKeyPem)).toBe(plain.publicKeyPem);
});

test.each([[{ algorithm: "DSA" }, "algorithm"], [{ algorithm: "RSA", rsaBits: 1000 }, "rsaBits"], [{ algorithm: "ECDSA", ecdsaCurve: "P-256" }, "ecdsaCurve"]])("refuses %j", async (inputs, property) => {
  expect((await engine.check(privateKey, inputs)).failures.map((one) => one.property)).toEqual([property]);
});

test("a key changes only by replacement, and a refresh keeps it", async () => {
  expect(await engine.diff(privateKey, { algorithm: "RSA" }, { algorithm: "ED25519" })).toMatchObject({ replaces: ["algorithm"] });
  const { id, outputs } = await engine.create(privateKey, { algorithm: "ED25519" });
  const again = await engine.read(privateKey, id, outputs, { algorithm: "ED25519" });
  expect(again).toEqual({ id, outputs, inputs: { algorithm: "ED25519" } });
});

test("spelling out a default is no change", async () => {
  expect(await engine.diff(privateKey, { algorithm: "ED25519" }, { algorithm: "ED25519", rsaBits: 2048, ecdsaCurve: "P224" })).toMatchObject({ changed: false });
  const inputs = { privateKeyPem: "pem", validityPeriodHours: 10, allowedUses: [] };
  const defaults = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false, setAuthorityKeyId: false };
  expect(await engine.diff(selfSigned, inputs, { ...inputs, ...defaults })).toMatchObject({ changed: false });
  expect(await engine.diff(selfSigned, inputs, { ...inputs, setSubjectKeyId: true })).toMatchObject({ replaces: ["setSubjectKeyId"] });
  expect((await engine.create(selfSigned, inputs, true)).plain).toMatchObject({ ...defaults, readyForRenewal: false, certPem: UNKNOWN });
  expect((await engine.create(selfSigned, { ...inputs, validityPeriodHours: UNKNOWN }, true)).plain).toMatchObject({ readyForRenewal: UNKNOWN });
});

test("a certificate that is due at once is created with readyForRenewal set", async () => {
  const { plain: { privateKeyPem } } = await engine.create(privateKey, { algorithm: "ED25519" });
  const inputs = { privateKeyPem, validityPeriodHours: 10, earlyRenewalHours: 11, allowedUses: [] };
  for (const preview of [true, false]) expect((await engine.create(selfSigned, inputs, preview)).plain).toMatchObject({ readyForRenewal: true });
});

test("an authority signs only with its own key", async () => {
  const [ca, other] = [await authority(), await authority()];
  const { plain } = await engine.create(request, { privateKeyPem: other.key, subject: { commonName: "x" } });
  const inputs = { certRequestPem: plain.certRequestPem, caPrivateKeyPem: other.key, caCertPem: ca.certificate, validityPeriodHours: 1, allowedUses: [] };
  await expect(engine.create(locallySigned, inputs)).rejects.toThrow("caPrivateKeyPem is not the key of caCertPem");
  await expect(engine.create(locallySigned, { ...inputs, certRequestPem: "x" })).rejects.toThrow("certRequestPem is not a certificate request in PEM");
  await expect(engine.create(locallySigned, { ...inputs, caCertPem: "x" })).rejects.toThrow("caCertPem is not a certificate in PEM");
});

test("several street address lines are one part of the name", async () => {
  const ca = await authority({ subject: { commonName: "x", streetAddresses: ["a", "b"] } });
  expect(run("openssl", ["x509", "-noout", "-subject"], ca.certificate).trim()).toBe("subject=street = a + street = b, CN = x");
});

async function authority(inputs: object = {}) {
  const key = (await engine.create(privateKey, { algorithm: "ECDSA", ecdsaCurve: "P384" })).plain.privateKeyPem;
  const { plain } = await engine.create(selfSigned, {
    privateKeyPem: key, validityPeriodHours: 48, isCaCertificate: true, allowedUses: ["cert_signing", "crl_signing"],
    subject: { commonName: "Ringo CA", organization: "Ringo, Ltd", country: "RU" }, ...inputs,
  });
  return { key, certificate: plain.certPem as string, state: plain };
}

test.each([[{ algorithm: "RSA" }], [{ algorithm: "ECDSA", ecdsaCurve: "P256" }], [{ algorithm: "ED25519" }]])(
  "a certificate for a key of %j is signed by the authority and has the names of its request", async (algorithm) => {
    const ca = await authority({ maxPathLength: 0 });
    const key = (await engine.create(privateKey, algorithm)).plain;
    const { outputs, plain } = await engine.create(request, {
      privateKeyPem: key.privateKeyPem, subject: { commonName: "api.ringo.test", emailAddress: "a@ringo.test", streetAddresses: ["Ulitsa 1"] },
      dnsNames: ["api.ringo.test", "*.ringo.test"], ipAddresses: ["198.18.0.10", "fd00::1"], uris: ["spiffe://ringo/api"],
    });
    expect(outputs.privateKeyPem).not.toBeUndefined();
    expect(run("openssl", ["req", "-verify", "-noout", "-text"], plain.certRequestPem)).toContain("DNS:*.ringo.test");
    const made = await engine.create(locallySigned, {
      certRequestPem: plain.certRequestPem, caPrivateKeyPem: ca.key, caCertPem: ca.certificate, validityPeriodHours: 24,
      allowedUses: ["digital_signature", "key_encipherment", "server_auth"], setSubjectKeyId: true,
    });
    const [authorityFile, file] = [write("ca.pem", ca.certificate), write("leaf.pem", made.plain.certPem)];
    expect(run("openssl", ["verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "x.ringo.test", "-CAfile", authorityFile, file]))
      .toContain(": OK");
    const text = run("openssl", ["x509", "-noout", "-text", "-nameopt", "RFC2253"], made.plain.certPem);
    for (const part of ["IP Address:198.18.0.10", "IP Address:FD00:0:0:0:0:0:0:1", "URI:spiffe://ringo/api", "TLS Web Server Authentication", "CA:FALSE", "CN=Ringo CA,O=Ringo\\, Ltd,C=RU", "Authority Key Identifier"]) {
      expect(text).toContain(part);
    }
    expect(run("openssl", ["x509", "-noout", "-pubkey"], made.plain.certPem)).toBe(key.publicKeyPem);
    expect(BigInt(`0x${run("openssl", ["x509", "-noout", "-serial"], made.plain.certPem).trim().slice("serial=".length)}`).toString()).toBe(made.id);
    const end = run("openssl", ["x509", "-noout", "-enddate"], made.plain.certPem).trim().slice("notAfter=".length);
    expect(Date.parse(end)).toBe(Date.parse(made.plain.validityEndTime));
    expect(Date.parse(made.plain.validityEndTime) - Date.parse(made.plain.validityStartTime)).toBe(24 * 3_600_000);
    expect(made.plain).toMatchObject({ readyForRenewal: false, caKeyAlgorithm: "ECDSA", earlyRenewalHours: 0, isCaCertificate: false });
  });

test("signing with a certificate that is not an authority's logs a warning", async () => {
  const ca = await authority({ isCaCertificate: false });
  const { plain } = await engine.create(request, { privateKeyPem: ca.key, subject: { commonName: "x" } });
  engine.lines.length = 0;
  await engine.create(locallySigned, { certRequestPem: plain.certRequestPem, caPrivateKeyPem: ca.key, caCertPem: ca.certificate, validityPeriodHours: 1, allowedUses: [] });
  expect(engine.lines.map((line) => line.message)).toEqual([expect.stringContaining("does not appear to be the certificate of an authority")]);
});

test.each([
  [{ allowedUses: ["server-auth"] }, "allowedUses[0]"],
  [{ validityPeriodHours: -1 }, "validityPeriodHours"],
  [{ maxPathLength: 1 }, "maxPathLength"],
  [{ uris: ["a:b", "::bad"] }, "uris[1]"],
  [{ ipAddresses: ["10.0.0.1", "999.1.1.1"] }, "ipAddresses[1]"],
  [{ subject: { commonname: "x" } }, "subject.commonname"],
])("refuses %j", async (wrong, property) => {
  const inputs = { privateKeyPem: UNKNOWN, validityPeriodHours: 1, allowedUses: [], ...wrong };
  expect((await engine.check(selfSigned, inputs)).failures.map((one) => one.property)).toEqual([property]);
});

test("a certificate is replaced when it is due, and not before", async () => {
  const inputs = { privateKeyPem: "pem", validityPeriodHours: 10, earlyRenewalHours: 2, allowedUses: [] };
  const state = (hoursLeft: number) => ({ ...inputs, readyForRenewal: false, validityEndTime: new Date(Date.now() + hoursLeft * 3_600_000).toISOString() });
  expect(await engine.diff(selfSigned, inputs, inputs, state(3))).toMatchObject({ changed: false });
  expect(await engine.diff(selfSigned, inputs, inputs, state(1))).toMatchObject({ replaces: ["readyForRenewal"], detailed: { readyForRenewal: "UPDATE_REPLACE" } });
  expect(await engine.diff(selfSigned, inputs, { ...inputs, earlyRenewalHours: 1 }, state(3)))
    .toMatchObject({ replaces: [], detailed: { earlyRenewalHours: "UPDATE" } });
  expect(await engine.diff(selfSigned, inputs, { ...inputs, validityPeriodHours: 20 }, state(3))).toMatchObject({ replaces: ["validityPeriodHours"] });
  const due = await engine.read(selfSigned, "1", state(1), inputs);
  expect(reveal(due.outputs)).toMatchObject({ readyForRenewal: true });
  expect((await engine.update(selfSigned, "1", state(3), { ...inputs, earlyRenewalHours: 1 })).plain)
    .toMatchObject({ earlyRenewalHours: 1, validityPeriodHours: 10, readyForRenewal: false });
});
