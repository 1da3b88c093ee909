import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { buildah } from "../../../../local/images/buildah";
import { pushedOnce } from "../../../../local/images/push";
import { ensurePythonBase, pythonBase, pythonBaseRecipe } from "../../../../local/images/python-base";

const program = path.join(__dirname, "grafana.py");
const repository = "grafana/grafana";
const silent = (): void => undefined;

/** An image that stands for Grafana's, in the local registry. @returns it by digest */
export async function grafanaStandIn(): Promise<string> {
  const key = createHash("sha256").update(pythonBaseRecipe()).update(fs.readFileSync(program)).digest("hex").slice(0, 32);
  const { reference } = await pushedOnce({ repository, key, log: silent }, async () => {
    await ensurePythonBase(silent);
    const container = (await buildah("from", ["--pull-never", pythonBase])).trim();
    try {
      await buildah("copy", ["--chmod", "0644", container, program, "/srv/grafana.py"]);
      await buildah("config", ["--user", "472", "--entrypoint", '["python3", "-IB", "/srv/grafana.py"]', "--cmd", "[]", container]);
      const image = `localhost/${repository}:${key}`;
      await buildah("commit", ["--quiet", container, image]);
      return image;
    } finally {
      await buildah("rm", [container]);
    }
  });
  return reference;
}
