import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { binDir, inCache } from "../paths";
import { buildah, type Log } from "./buildah";
import { pushedOnce } from "./push";

/** Where the image is in the local registry: under the name that its publisher gives it. */
const repository = "grafana/loki";

/**
 * Loki's image, made of the program that was built here, as its publisher's is: nothing but the program, and a user without rights.
 * @returns the image by digest
 */
export async function lokiImage(log: Log): Promise<{ reference: string }> {
  const program = path.join(binDir, "loki");
  const stamp = fs.readFileSync(path.join(binDir, ".loki.stamp"), "utf8");
  const key = createHash("sha256").update(stamp).digest("hex").slice(0, 32);
  return pushedOnce({ repository, key, log }, async () => {
    log(`making ${repository} of ${inCache("bin")}'s loki`);
    const container = (await buildah("from", ["scratch"])).trim();
    try {
      await buildah("copy", [container, program, "/usr/bin/loki"]);
      await buildah("config", ["--user", "10001", "--entrypoint", '["/usr/bin/loki"]', "--port", "3100", container]);
      const image = `localhost/${repository}:${key}`;
      await buildah("commit", ["--quiet", container, image]);
      return image;
    } finally {
      await buildah("rm", [container]);
    }
  });
}
