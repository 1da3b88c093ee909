import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inCache } from "../paths";
import { caCertificatePath } from "../services/ca";
import { registryFacts } from "../services/registry";
import { buildah, type Log } from "./buildah";
import { buildContext, stageContext } from "./context";
import { ensurePythonBase, needsPythonBase, pythonBaseRecipe } from "./python-base";

const repository = "backend";
/** Part of every cache key: raise it when images of the same context must be built anew. */
const recipe = 1;

/**
 * Builds the Dockerfile of a directory, unmodified, and pushes the image to the local registry. An unchanged context is
 * not built again, and has the same digest; unchanged instructions reuse their layers.
 * @returns the image by digest
 * @throws when the build fails, with the end of what it printed
 */
export async function buildImage(directory: string, options: { log: Log }): Promise<{ reference: string }> {
  const context = buildContext(directory);
  const registry = registryFacts();
  const onPythonBase = needsPythonBase(fs.readFileSync(path.join(context.directory, "Dockerfile"), "utf8"));
  const identity = [recipe, context.hash, onPythonBase ? pythonBaseRecipe() : ""];
  const key = createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 32);
  const record = inCache("images", `${key}.json`);
  const reference = (digest: string): string => `${registry.host}/${repository}@${digest}`;
  if (fs.existsSync(record)) {
    const { digest } = JSON.parse(fs.readFileSync(record, "utf8")) as { digest: string };
    if (inRegistry(digest)) return { reference: reference(digest) };
  }

  if (context.untracked.length > 0) {
    options.log(`not in the image, for git does not track them: ${context.untracked.slice(0, 5).join(", ")}${context.untracked.length > 5 ? ` and ${context.untracked.length - 5} more` : ""}`);
  }
  if (onPythonBase) await ensurePythonBase(options.log);
  const work = fs.mkdtempSync(inCache("build-"));
  try {
    const staged = path.join(work, "context");
    stageContext(context, staged);
    const image = `localhost/${repository}:${key}`;
    options.log(`building ${context.directory} (${context.files.length} files)`);
    await buildah("build", [
      "--isolation", "chroot", "--layers", "--pull=false", "--format", "oci", ...hostSettings(), "--tag", image, staged,
    ], options);
    const digest = await push(image, key, work, options.log);
    fs.mkdirSync(inCache("images"), { recursive: true });
    fs.writeFileSync(record, JSON.stringify({ digest }));
    return { reference: reference(digest) };
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

async function push(image: string, tag: string, work: string, log: Log): Promise<string> {
  const { host, username, password } = registryFacts().push;
  const authFile = path.join(work, "auth.json");
  const certificates = path.join(work, "certificates");
  const digestFile = path.join(work, "digest");
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  fs.writeFileSync(authFile, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
  fs.mkdirSync(certificates);
  fs.copyFileSync(caCertificatePath(), path.join(certificates, "ca.crt"));
  log(`pushing to ${host}/${repository}`);
  await buildah("push", ["--quiet", "--authfile", authFile, "--cert-dir", certificates, "--digestfile", digestFile, image, `docker://${host}/${repository}:${tag}`]);
  return fs.readFileSync(digestFile, "utf8").trim();
}

/** Whether the registry's storage, which is in the cache like the records of builds, still has the manifest. */
function inRegistry(digest: string): boolean {
  const [algorithm, hex] = digest.split(":");
  return fs.existsSync(inCache("registry", "docker/registry/v2/repositories", repository, "_manifests/revisions", algorithm, hex, "link"));
}

/** The host's CA bundle and pip configuration, seen by the build's commands and no part of the image. */
function hostSettings(): string[] {
  const mounts = [
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt"],
    ["/etc/pip.conf", "/etc/pip.conf"],
    [path.join(os.homedir(), ".config/pip/pip.conf"), "/root/.config/pip/pip.conf"],
    [path.join(os.homedir(), ".pip/pip.conf"), "/root/.pip/pip.conf"],
  ];
  return mounts.filter(([source]) => fs.existsSync(source)).flatMap(([source, target]) => ["--volume", `${source}:${target}:ro`]);
}
