import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { binDir, inCache } from "../paths";
import { buildah, type Log } from "./buildah";
import { pushedOnce } from "./push";

/** The image's place in the local registry, under its publisher's name. */
const repository = "grafana/loki";

/**
 * Loki's image, built from the program compiled here, like its publisher's: only the program, and an unprivileged user.
 * @returns the image by digest
 */
export async function lokiImage(log: Log): Promise<{ reference: string }> {
  const program = path.join(binDir, "loki");
  const stamp = fs.readFileSync(path.join(binDir, ".loki.stamp"), "utf8");
  const key = createHash("sha256").update(stamp).digest("hex").slice(0, 32);
  return pushedOnce({ repository, key, log }, async () => {
    log(`building ${repository} from ${inCache("bin")}'s loki`);
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
