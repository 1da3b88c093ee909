import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inCache } from "../paths";
import { buildah, type Log } from "./buildah";
import { buildContext, stageContext } from "./context";
import { pushedOnce } from "./push";
import { ensurePythonBase, needsPythonBase, pythonBaseRecipe } from "./python-base";
import { workDirectories } from "./unfinished";

const repository = "backend";
/** Part of every cache key: raise it when images of an unchanged context must be rebuilt. */
const recipe = 1;

/**
 * Builds the Dockerfile of a directory, unmodified, and pushes the image to the local registry. An unchanged context is
 * not rebuilt, and keeps its digest; unchanged instructions reuse their layers.
 * @returns the image by digest
 * @throws with the end of its output if the build fails
 */
export async function buildImage(directory: string, options: { log: Log }): Promise<{ reference: string }> {
  const context = buildContext(directory);
  // Also for an image that exists: an untracked new file does not change it.
  for (const { why, files } of context.leftOut) {
    options.log(`not in the image, since ${why}: ${files.slice(0, 5).join(", ")}${files.length > 5 ? ` and ${files.length - 5} more` : ""}`);
  }
  const onPythonBase = needsPythonBase(fs.readFileSync(path.join(context.directory, "Dockerfile"), "utf8"));
  const identity = [recipe, context.hash, onPythonBase ? pythonBaseRecipe() : ""];
  const key = createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 32);
  return pushedOnce({ repository, key, log: options.log }, async () => {
    if (onPythonBase) await ensurePythonBase(options.log);
    const work = fs.mkdtempSync(inCache(workDirectories.build));
    try {
      const staged = path.join(work, "context");
      stageContext(context, staged);
      const image = `localhost/${repository}:${key}`;
      options.log(`building ${context.directory} (${context.files.length} files)`);
      await buildah("build", [
        "--isolation", "chroot", "--layers", "--pull=false", "--format", "oci", ...hostSettings(), "--tag", image, staged,
      ], options);
      return image;
    } finally {
      fs.rmSync(work, { recursive: true, force: true });
    }
  });
}

/** The host's CA bundle and pip configuration, visible to the build's commands but not part of the image. */
function hostSettings(): string[] {
  const mounts = [
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt"],
    ["/etc/pip.conf", "/etc/pip.conf"],
    [path.join(os.homedir(), ".config/pip/pip.conf"), "/root/.config/pip/pip.conf"],
    [path.join(os.homedir(), ".pip/pip.conf"), "/root/.pip/pip.conf"],
  ];
  return mounts.filter(([source]) => fs.existsSync(source)).flatMap(([source, target]) => ["--volume", `${source}:${target}:ro`]);
}
