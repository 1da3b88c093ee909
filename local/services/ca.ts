import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { promisify } from "node:util";
import { inState } from "../paths";

const run = promisify(execFile);
const renewBeforeDays = 30;

/** A server certificate of the local CA, as paths for the server that uses it. */
export interface ServerCertificate {
  certificatePath: string;
  keyPath: string;
}

const directory = (): string => inState("ca");

/** Path of the local CA's own certificate, for what wants a file. */
export const caCertificatePath = (): string => path.join(directory(), "ca.crt");

/** The local CA's own certificate; creates the CA if there is none. Its key never leaves the state directory. */
export async function caCertificate(): Promise<string> {
  const certificatePath = caCertificatePath();
  if (!usable(certificatePath)) {
    fs.mkdirSync(directory(), { recursive: true, mode: 0o700 });
    await openssl("req", "-x509", ...newKey(path.join(directory(), "ca.key")), "-out", certificatePath, "-days", "3650",
      "-subj", "/O=Ringo local cloud/CN=Ringo local cloud CA",
      "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
  }
  return fs.readFileSync(certificatePath, "utf8");
}

/**
 * A certificate of the local CA for a server; issued once, and again a month before it expires, if the names changed or
 * if the CA is another.
 * @param names host names and addresses; the first is the subject
 */
export async function issueCertificate(server: string, names: string[]): Promise<ServerCertificate> {
  const authority = new X509Certificate(await caCertificate());
  const certificatePath = path.join(directory(), `${server}.crt`);
  const keyPath = path.join(directory(), `${server}.key`);
  if (!usable(certificatePath) || !covers(new X509Certificate(fs.readFileSync(certificatePath)), names, authority)) {
    const alternatives = names.map((name) => `${net.isIP(name) ? "IP" : "DNS"}:${name}`).join(",");
    await openssl("req", "-x509", ...newKey(keyPath), "-out", certificatePath, "-days", "365", "-subj", `/CN=${names[0]}`,
      "-CA", caCertificatePath(), "-CAkey", path.join(directory(), "ca.key"),
      "-addext", `subjectAltName=${alternatives}`, "-addext", "basicConstraints=critical,CA:FALSE",
      "-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=serverAuth");
  }
  return { certificatePath, keyPath };
}

const newKey = (keyPath: string): string[] => ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyPath];

function usable(certificatePath: string): boolean {
  if (!fs.existsSync(certificatePath)) return false;
  const { validTo } = new X509Certificate(fs.readFileSync(certificatePath));
  return Date.parse(validTo) - Date.now() > renewBeforeDays * 86_400_000;
}

function covers(certificate: X509Certificate, names: string[], authority: X509Certificate): boolean {
  const covered = names.every((name) => (net.isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
  return covered && certificate.verify(authority.publicKey);
}

/** openssl creates key files with mode 0600 itself. */
async function openssl(...args: string[]): Promise<void> {
  await run("openssl", args, { env: { PATH: process.env.PATH, OPENSSL_CONF: "/dev/null" } });
}
