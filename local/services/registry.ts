import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { hashSync } from "bcryptjs";
import { inCache, inState } from "../paths";
import { replaceFile } from "../../cli/replace";
import { caCertificate, issueCertificate } from "./ca";
import { serviceNames } from "./dns";
import { answers } from "./probe";
import { ensureRunning } from "./supervise";

const ports = { pull: 5000, push: 5001 };

/** An account at one of the registry's two endpoints. */
export interface Door {
  /** Host and port, as in an image's name. */
  host: string;
  username: string;
  /** Secret. */
  password: string;
}

/** Where machines pull images from, and cannot push, and where images are pushed. */
export interface RegistryFacts extends Door {
  push: Door;
}

/** How to use the registry. @throws if it was never started */
export function registryFacts(): RegistryFacts {
  const { password, push } = credentials();
  return {
    host: `${serviceNames.registry}:${ports.pull}`, username: "ringo", password,
    push: { host: `${serviceNames.registry}:${ports.push}`, username: "builder", password: push.password },
  };
}

interface Secret {
  password: string;
  /** bcrypt of the password, the only form of htpasswd that the registry accepts. */
  hash: string;
}

/** Accounts for machines to pull, and for pushing. */
interface Credentials extends Secret {
  push: Secret;
  /** Signs the state of running uploads. */
  httpSecret: string;
}

const credentialsFile = (): string => inState("registry", "credentials.json");
const credentials = (): Credentials => JSON.parse(fs.readFileSync(credentialsFile(), "utf8"));

function makeCredentials(former?: Credentials): void {
  const secret = (): Secret => {
    const password = randomBytes(24).toString("base64url");
    // Of the least cost: it slows guessing, and nobody guesses 192 bits.
    return { password, hash: hashSync(password, 4) };
  };
  const made: Credentials = { ...secret(), push: secret(), httpSecret: randomBytes(24).toString("base64url"), ...former };
  fs.mkdirSync(inState("registry"), { recursive: true, mode: 0o700 });
  replaceFile(credentialsFile(), JSON.stringify(made));
}

/**
 * Starts the image registry: one storage with two endpoints. The one that machines know is read-only: an intruder on a
 * machine cannot replace an image. Images are stored in the cache, so pushing a known one costs nothing.
 */
export async function startRegistry(address: string): Promise<RegistryFacts> {
  const authority = await caCertificate();
  const tls = await issueCertificate("registry", [serviceNames.registry, address]);
  if (!fs.existsSync(credentialsFile())) makeCredentials();
  else if (credentials().push === undefined) makeCredentials(credentials());
  fs.mkdirSync(inCache("registry"), { recursive: true, mode: 0o700 });
  const facts = registryFacts();
  const { hash, push, httpSecret } = credentials();
  const open = async (name: string, door: "pull" | "push", { host, username, password }: Door, passwordHash: string): Promise<void> => {
    const port = ports[door];
    const configPath = inState("registry", `${door}.json`);
    const htpasswdPath = inState("registry", `${door}.htpasswd`);
    const configuration = {
      version: "0.1",
      log: { level: "warn", accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: inCache("registry") }, cache: { blobdescriptor: "inmemory" }, delete: { enabled: door === "push" },
        maintenance: { readonly: { enabled: door === "pull" } },
      },
      auth: { htpasswd: { realm: "ringo-local", path: htpasswdPath } },
      http: { addr: `${address}:${port}`, host: `https://${host}`, secret: httpSecret, tls: { certificate: tls.certificatePath, key: tls.keyPath } },
    };
    await ensureRunning({
      name,
      command: ["docker-registry", "serve", configPath],
      // The registry reads YAML, a superset of JSON.
      files: [
        { path: configPath, content: JSON.stringify(configuration, undefined, 2) },
        { path: htpasswdPath, content: `${username}:${passwordHash}\n` },
      ],
      ready: () => answers({ address, port, path: "/v2/", name: serviceNames.registry, caCertificatePem: authority, auth: `${username}:${password}` }),
    });
  };
  await Promise.all([open("registry", "pull", facts, hash), open("registry-push", "push", facts.push, push.hash)]);
  return facts;
}
