/**
 * What a release needs once for the whole stack, on one API machine and before any new container: migrations, static
 * files, and the proof that the image can start a worker (one whose API starts may still have a worker that cannot).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedMount } from "../data/media";
import { backendUser, temporary, type Backend } from "./django";
import { quote } from "../shell";
import type { Fragment, Step } from "../state";

export interface ReleaseInputs {
  backend: Backend;
  /** The volume with database and shared files: on another one, everything must be done again for this image. */
  volume: string;
}

/** Releases' static files, each in a folder named by its `releaseKey`; shared with the edge. */
const staticPath = `${sharedMount}/static`;

const environmentPath = "/etc/ringo/release.env";
/** Beside what the machines share, where a container may bind. */
const migrate = "/srv/release/migrate.py";
const markers = "/var/lib/ringo/releases";

/** A short name of the image, safe in paths: from its digest, or from the whole reference where it has none. */
export function releaseKey(image: string): string {
  const digest = /@sha256:([0-9a-f]{64})$/.exec(image)?.[1] ?? createHash("sha256").update(image).digest("hex");
  return digest.slice(0, 16);
}

/**
 * Steps run before the machine's containers are replaced. Only the database knows what is to be migrated: it may have been restored, or
 * reverted by hand. The other steps run once per image and volume, and again after a failure, or if their result is gone.
 */
export function release({ backend, volume }: ReleaseInputs): Fragment {
  if (!/^[\w-]+$/.test(volume)) throw new Error(`not a volume's id: ${JSON.stringify(volume)}`);
  const key = releaseKey(backend.image);
  const image = quote(backend.image);
  const once = (name: string, command: string, timeoutSeconds: number, ...stillThere: string[]): Step => {
    const marker = `${markers}/${key}.${volume}.${name.replaceAll(" ", "-")}`;
    return { name, command: `${command}\ntouch ${marker}`, unless: [`test -e ${marker}`, ...stillThere].join(" && "), when: "after-units", timeoutSeconds };
  };
  // A release to go back to may be older than the kept ones.
  const collected = `test -n "$(ls -A ${staticPath}/${key})"`;
  const variables = Object.entries(backend.environment.variables).map(([name, value]) => `${name}=${value}\n`);
  return {
    directories: [{ path: markers, mode: "0700" }],
    files: [
      { path: environmentPath, content: variables.join(""), mode: "0600", secret: true },
      { path: migrate, content: readFileSync(join(__dirname, "migrate.py"), "utf8") },
    ],
    steps: [
      {
        name: "migrate", command: `${run("ringo-migrate", `--rm --volume ${migrate}:${migrate}:ro`)} ${image} python ${migrate}`, when: "after-units",
        timeoutSeconds: 6 * 3600, // as long as there is data
      },
      once("collect static files", collectStatic(key, image), 300, collected),
      once("try a worker", tryWorker(image), 240),
    ],
    checks: [{ name: "static files are in place", command: collected }],
    secrets: backend.environment.secrets,
  };
}

/** `docker run` as for every role; removes the remains of an interrupted one first. */
function run(name: string, options: string): string {
  return (
    `docker rm --force --volumes ${name} > /dev/null 2>&1 || true\n` +
    `docker run ${options} --name ${name} --init --read-only --cap-drop ALL --security-opt no-new-privileges --pids-limit 1024 ` +
    `--user ${backendUser} --tmpfs ${temporary} --env-file ${environmentPath}`
  );
}

/** Collected elsewhere and moved into place atomically. The last five releases stay, since the edge may still serve the previous one. */
function collectStatic(key: string, image: string): string {
  const [uid, gid] = backendUser.split(":");
  const target = `${staticPath}/${key}`;
  return `rm -rf ${target}.part
install -d -m 0755 -o ${uid} -g ${gid} ${target}.part
${run("ringo-collectstatic", "--rm")} --volume ${target}.part:/app/staticfiles ${image} python manage.py collectstatic --noinput
rm -rf ${target}
mv ${target}.part ${target}
find ${staticPath} -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\\n' | sort -rn | tail -n +6 | cut -d ' ' -f 2- | xargs -r rm -rf`;
}

/** A worker on a queue that nobody sends to, until it answers. */
function tryWorker(image: string): string {
  const name = "ringo-release-trial";
  return `${run(name, "--detach")} ${image} \\
  celery -A ringo_backend worker --loglevel=info --concurrency=1 --queues=${name} --hostname=trial@${name} > /dev/null
tries=0
until docker exec ${name} celery -A ringo_backend inspect ping --timeout 1 --destination trial@${name} > /dev/null 2>&1; do
  tries=$((tries + 1))
  if [ $tries -ge 40 ] || [ "$(docker inspect --format '{{.State.Running}}' ${name})" != true ]; then
    echo "the release's worker does not start:"
    docker logs --tail 30 ${name} 2>&1
    docker rm --force --volumes ${name} > /dev/null
    exit 1
  fi
  sleep 0.2
done
# Celery takes seconds to stop, and nothing needs to wait for that.
{ docker stop -t 30 ${name}; docker rm --volumes ${name}; } > /dev/null 2>&1 &`;
}
