/** Docker, restricted to what the backend's containers need. */
import { json } from "../content";
import { mayReach } from "../egress";
import { addedRules } from "../nft";
import { registryPort } from "../image";
import { sandbox } from "../sandbox";
import { quote } from "../shell";
import { listContainers, shutdown } from "./shutdown";
import { combine, type Fragment } from "../state";
import { timer } from "../timer";
import { routing } from "../base/sysctl";
import { trustBundle } from "../base/trust";

/** A login at a registry. */
export interface RegistryCredentials {
  /** Host, with a port if not 443. */
  server: string;
  username: string;
  password: string;
}

export interface DockerInputs {
  /** Private CIDR, /24 or wider, that containers' networks are cut from; overlaps no VPC. */
  addressPool: string;
  /** Credentials for pulling. */
  registry?: RegistryCredentials;
  /** Units that Docker starts after, e.g. those that mount what containers bind. Docker starts even if one fails. */
  after?: string[];
}

const daemonPath = "/etc/docker/daemon.json";
const dropInPath = "/etc/systemd/system/docker.service.d/ringo.conf";

/** Docker, its login, and its weekly removal of old images. */
export function docker({ addressPool, registry, after = [] }: DockerInputs): Fragment {
  const credentials = registry && Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  const ownContainers = addedRules("containers", "own", ['meta skuid "root" accept comment "own containers"']);
  return combine(ownContainers, routing, shutdown(after), pruning, {
    // With AppArmor, if the kernel has it, Docker confines each container further.
    packages: ["docker.io", "docker-cli", "iptables", "apparmor"],
    directories: [{ path: "/root/.docker", mode: "0700" }],
    files: [
      { path: daemonPath, content: daemonConfig(addressPool), whenGone: endDocker },
      { path: dropInPath, content: dropIn(after) },
      { path: pruneService, content: pruneServiceUnit },
      ...(registry
        ? [{ path: "/root/.docker/config.json", content: json({ auths: { [registry.server]: { auth: credentials } } }), mode: "0600", secret: true }]
        : []),
    ],
    units: [
      { name: "apparmor.service" },
      { name: "containerd.service" },
      // The daemon reads the trusted authorities only at start. live-restore keeps containers running during its restart.
      { name: "docker.service", restartOn: [daemonPath, trustBundle] },
    ],
    checks: [{ name: "docker answers", command: "docker info > /dev/null" }],
    secrets: registry ? [registry.password, credentials!] : [],
  });
}

/** Images pulled before their container is updated, so that a roll-out waits for no download. */
export function pulled(...images: string[]): Fragment {
  const ports = [...new Set(images.map(registryPort))];
  return combine(mayReach("registry", ports.map((port) => ({ name: "registry", port, to: "any", users: ["root"] }))), {
    steps: images.map((image) => ({
      name: `pull ${image}`,
      command: `docker pull --quiet ${quote(image)}`,
      unless: `docker image inspect ${quote(image)} > /dev/null 2>&1`,
      when: "after-units",
      timeoutSeconds: 900,
    })),
  });
}

function daemonConfig(addressPool: string): string {
  return json({
    "live-restore": true,
    "userland-proxy": false,
    "no-new-privileges": true,
    icc: false,
    // A port published without an address is only on loopback.
    ip: "127.0.0.1",
    "default-ulimits": { core: { Name: "core", Hard: 0, Soft: 0 } },
    // One place for all logs of a machine, bounded as a whole, and read by one shipper.
    "log-driver": "journald",
    "default-address-pools": [{ base: addressPool, size: 24 }],
    // Otherwise Docker would keep the address of its existing bridge forever. Running containers keep theirs until the next boot.
    bip: addressPool.replace(/\.0\/\d+$/, ".1/24"),
  });
}

/** Stops everything when the settings are removed, instead of running with Docker's defaults. With live-restore, containers would outlive the daemon. */
const endDocker = `${listContainers} | xargs --no-run-if-empty docker stop > /dev/null
${listContainers} --all | xargs --no-run-if-empty docker rm --volumes > /dev/null
systemctl disable --quiet --now docker.socket docker.service containerd.service`;

/** Docker starts after the firewall, and containers after the mounts that they bind. */
function dropIn(after: string[]): string {
  const units = ["nftables.service", ...after].join(" ");
  // All containers' lines count as the daemon's own, so bursts are normal.
  return `[Unit]\nWants=${units}\nAfter=${units}\n\n[Service]\nLogRateLimitIntervalSec=0\n`;
}

const pruneService = "/etc/systemd/system/ringo-docker-prune.service";
const pruneServiceUnit = `[Unit]
Description=Remove images of past releases
Requires=docker.service
After=docker.service

[Service]
Type=oneshot
Environment=DOCKER_CONFIG=/nonexistent
ExecStart=/usr/bin/docker image prune --all --force --filter until=336h
${sandbox({})}`;

const pruning = timer({ unit: "ringo-docker-prune", description: "Remove images of past releases every week", calendar: "Sun 04:40", jitter: "30min" });
