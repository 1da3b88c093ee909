import * as fs from "node:fs";
import * as path from "node:path";
import { inCache } from "../paths";
import { caCertificatePath } from "../services/ca";
import { registryFacts } from "../services/registry";
import { buildah, type Log } from "./buildah";

export interface Pushed {
  /** Where in the registry. */
  repository: string;
  /** Changes with everything that the image contains. */
  key: string;
  log: Log;
}

/**
 * An image in the local registry: built and pushed unless the registry (in the cache, like the records of builds) has it.
 * @param make builds the image and returns its name
 * @returns the image by digest
 */
export async function pushedOnce({ repository, key, log }: Pushed, make: () => Promise<string>): Promise<{ reference: string }> {
  const record = inCache("images", `${key}-zstd.json`);
  const reference = (digest: string): string => `${registryFacts().host}/${repository}@${digest}`;
  if (fs.existsSync(record)) {
    const { digest } = JSON.parse(fs.readFileSync(record, "utf8")) as { digest: string };
    if (inRegistry(repository, digest)) return { reference: reference(digest) };
  }
  const image = await make();
  log(`pushing to ${registryFacts().push.host}/${repository}`);
  const digest = await push(image, repository, key);
  fs.mkdirSync(inCache("images"), { recursive: true });
  fs.writeFileSync(record, JSON.stringify({ digest }));
  return { reference: reference(digest) };
}

async function push(image: string, repository: string, tag: string): Promise<string> {
  const work = fs.mkdtempSync(inCache("push-"));
  try {
    const { host, username, password } = registryFacts().push;
    const authFile = path.join(work, "auth.json");
    const certificates = path.join(work, "certificates");
    const digestFile = path.join(work, "digest");
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    fs.writeFileSync(authFile, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
    fs.mkdirSync(certificates);
    fs.copyFileSync(caCertificatePath(), path.join(certificates, "ca.crt"));
    // Each machine unpacks it: zstd takes a fraction of gzip's time for that.
    await buildah("push", ["--quiet", "--compression-format", "zstd", "--authfile", authFile, "--cert-dir", certificates, "--digestfile", digestFile, image, `docker://${host}/${repository}:${tag}`]);
    return fs.readFileSync(digestFile, "utf8").trim();
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

function inRegistry(repository: string, digest: string): boolean {
  const [algorithm, hex] = digest.split(":");
  return fs.existsSync(inCache("registry", "docker/registry/v2/repositories", repository, "_manifests/revisions", algorithm, hex, "link"));
}
