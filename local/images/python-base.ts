import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { inCache } from "../paths";
import { buildah, run, type Log } from "./buildah";
import { workDirectories } from "./unfinished";

/** The one base image that can be built here if it cannot be pulled. */
export const pythonBase = "docker.io/library/python:3.11-slim";

const script = path.join(__dirname, "python-base.sh");
const recipeLabel = "ringo-local.recipe";
const packages = ["ca-certificates", "netbase", "tzdata", "python3.11", "libpython3.11", "python3-pip-whl", "python3-setuptools-whl"];
const sources = [
  "deb http://deb.debian.org/debian trixie main",
  "deb http://deb.debian.org/debian trixie-updates main",
  "deb http://deb.debian.org/debian-security trixie-security main",
];
const pythonSources = [
  "deb http://deb.debian.org/debian bookworm main",
  "deb http://deb.debian.org/debian-security bookworm-security main",
];

/** As upstream: nobody reads manuals or translations in a container. */
const slim = [
  ...["doc", "info", "lintian", "locale", "man"].map((folder) => `path-exclude=/usr/share/${folder}/*`),
  "path-include=/usr/share/doc/*/copyright", "path-include=/usr/share/locale/locale.alias",
];

/** Whether a Dockerfile starts from the base that this module can build. */
export function needsPythonBase(dockerfile: string): boolean {
  return /^\s*FROM\s+(--\S+\s+)*(docker\.io\/)?(library\/)?python:3\.11-slim(-trixie)?(\s|$)/im.test(dockerfile);
}

/** Changes with everything that determines the built image's content. */
export function pythonBaseRecipe(): string {
  return createHash("sha256").update(JSON.stringify([packages, slim, sources, pythonSources])).update(fs.readFileSync(script)).digest("hex").slice(0, 16);
}

/**
 * Puts `python:3.11-slim` into the image storage: pulled if its registry answers, otherwise built from Debian 13 and the
 * Python 3.11 of Debian 12, as upstream is Debian 13 with an additional Python 3.11. Both are kept.
 * @returns the image's id
 */
export async function ensurePythonBase(log: Log): Promise<string> {
  const recipe = pythonBaseRecipe();
  const present = await inspect();
  if (present !== undefined && (present.recipe === undefined || present.recipe === recipe)) return present.id;
  try {
    log(`pulling ${pythonBase}`);
    await buildah("pull", ["--quiet", "--policy", "always", "--retry", "0", pythonBase], { timeoutSeconds: 300 });
  } catch {
    log(`${pythonBase} cannot be pulled: building it from Debian 13 and Debian 12's Python 3.11`);
    await make(recipe, log);
  }
  const made = await inspect();
  if (made === undefined) throw new Error(`${pythonBase} is not in the image storage although it was just put there`);
  return made.id;
}

/** The base in the storage; a pulled one has no recipe. */
async function inspect(): Promise<{ id: string; recipe: string | undefined } | undefined> {
  const listed = await buildah("images", ["--json"]);
  const images = JSON.parse(listed) as { id: string; names: string[] | null }[];
  const image = images.find(({ names }) => names?.includes(pythonBase));
  if (image === undefined) return undefined;
  const label = await buildah("inspect", ["--type", "image", "--format", `{{index .OCIv1.Config.Labels "${recipeLabel}"}}`, image.id]);
  return { id: image.id, recipe: label.trim() === "" ? undefined : label.trim() };
}

async function make(recipe: string, log: Log): Promise<void> {
  const directory = fs.mkdtempSync(inCache(workDirectories.pythonBase));
  const archive = path.join(directory, "root.tar");
  try {
    const pin = path.join(directory, "python311");
    fs.writeFileSync(pin, "Package: *\nPin: release n=bookworm*\nPin-Priority: 100\n");
    await run("mmdebstrap", [
      "--variant=minbase", "--format=tar", `--include=${packages.join(",")}`, "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg",
      '--aptopt=Apt::Install-Recommends "false"',
      ...slim.map((option) => `--dpkgopt=${option}`),
      `--setup-hook=upload ${pin} /etc/apt/preferences.d/python311`,
      `--customize-hook=chroot "$1" sh < ${script}`,
      // Only after the script has downloaded from it: builds on the image see only Debian 13.
      `--customize-hook=printf '%s\\n' ${sources.map((line) => `'${line}'`).join(" ")} > "$1/etc/apt/sources.list"; rm -f "$1"/etc/apt/sources.list.d/*`,
      "trixie", archive, ...sources, ...pythonSources,
    ], { log });
    const container = (await buildah("from", ["scratch"])).trim();
    try {
      await buildah("add", [container, archive, "/"]);
      await buildah("config", [
        "--env", "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "--env", "LANG=C.UTF-8",
        "--label", `${recipeLabel}=${recipe}`, "--cmd", "python3", container,
      ]);
      await buildah("commit", ["--quiet", container, pythonBase]);
    } finally {
      await buildah("rm", [container]);
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
