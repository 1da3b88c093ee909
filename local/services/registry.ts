import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { inCache, inState } from "../paths";
import { caCertificate, issueCertificate } from "./ca";
import { serviceNames } from "./dns";
import { get } from "./probe";
import { ensureRunning } from "./supervise";

const port = 5000;

/** Where images are pushed to and pulled from, and as whom. */
export interface RegistryFacts {
  /** Host and port, as in an image's name. */
  host: string;
  username: string;
  /** Secret. */
  password: string;
}

/** How to use the registry. @throws when it was never started */
export function registryFacts(): RegistryFacts {
  return { host: `${serviceNames.registry}:${port}`, username: "ringo", password: credentials().password };
}

interface Credentials {
  password: string;
  /** bcrypt of the password, the one form of htpasswd that the registry takes. */
  hash: string;
  /** Signs the state of uploads under way. */
  httpSecret: string;
}

const credentialsFile = (): string => inState("registry", "credentials.json");
const credentials = (): Credentials => JSON.parse(fs.readFileSync(credentialsFile(), "utf8"));

function makeCredentials(): void {
  const password = randomBytes(24).toString("base64url");
  const made: Credentials = { password, hash: bcrypt(password), httpSecret: randomBytes(24).toString("base64url") };
  fs.mkdirSync(inState("registry"), { recursive: true, mode: 0o700 });
  fs.writeFileSync(credentialsFile(), JSON.stringify(made), { mode: 0o600 });
}

/** By libcrypt through perl, which every Debian has. The cost is the least: it slows guessing, and nobody guesses 192 bits. */
function bcrypt(password: string): string {
  const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const salt = [...randomBytes(21)].map((byte) => alphabet[byte % 64]).join("") + ".";
  const program = 'chomp($p = <STDIN>); chomp($s = <STDIN>); print crypt($p, $s) // die "crypt: $!\\n"';
  const hash = execFileSync("perl", ["-e", program], { input: `${password}\n$2y$04$${salt}\n`, encoding: "utf8" });
  if (!hash.startsWith("$2y$")) throw new Error("this system's libcrypt knows no bcrypt");
  return hash;
}

/** Starts the image registry. Images are kept in the cache, so a push of what it has seen costs nothing. */
export async function startRegistry(address: string): Promise<RegistryFacts> {
  const authority = await caCertificate();
  const { certificatePath, keyPath } = await issueCertificate("registry", [serviceNames.registry, address]);
  if (!fs.existsSync(credentialsFile())) makeCredentials();
  const facts = registryFacts();
  const { hash, httpSecret } = credentials();
  const configPath = inState("registry", "config.json");
  const htpasswdPath = inState("registry", "htpasswd");
  const configuration = {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: inCache("registry") }, cache: { blobdescriptor: "inmemory" }, delete: { enabled: true } },
    auth: { htpasswd: { realm: "ringo-local", path: htpasswdPath } },
    http: { addr: `${address}:${port}`, host: `https://${facts.host}`, secret: httpSecret, tls: { certificate: certificatePath, key: keyPath } },
  };
  fs.mkdirSync(inCache("registry"), { recursive: true, mode: 0o700 });
  await ensureRunning({
    name: "registry",
    command: ["docker-registry", "serve", configPath],
    // The registry reads YAML, of which JSON is a part.
    files: [
      { path: configPath, content: JSON.stringify(configuration, undefined, 2) },
      { path: htpasswdPath, content: `${facts.username}:${hash}\n` },
    ],
    async ready() {
      const auth = `${facts.username}:${facts.password}`;
      return (await get({ address, port, path: "/v2/", name: serviceNames.registry, caCertificatePem: authority, auth }))?.status === 200;
    },
  });
  return facts;
}
