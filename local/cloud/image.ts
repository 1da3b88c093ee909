import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { inCache } from "../paths";
import { unprocessable } from "./errors";
import { internet } from "./names";
import { run } from "./run";

/** Debian releases that the local cloud can boot, by DigitalOcean's image slug. */
const suites: Record<string, string> = { "debian-13-x64": "trixie" };

/** The content of Debian's own cloud images, except kernel and boot loader, which are the host's, and netplan, since addresses are set before the machine boots. */
const packages = [
  "init", "dbus", "libpam-systemd", "systemd-resolved", "libnss-resolve", "libnss-myhostname", "systemd-timesyncd", "polkitd", "unattended-upgrades", "apparmor", "zstd",
  "apt-utils", "iptables", "iputils-ping", "linux-sysctl-defaults", "less", "nano", "netbase", "vim-tiny", "whiptail", "sudo",
  "openssh-server", "ssh-import-id", "cloud-init",
  "apt-listchanges", "bash-completion", "bind9-host", "man-db", "manpages", "socat", "pciutils", "reportbug", "traceroute", "vim", "psmisc", "tcpdump", "ca-certificates", "curl", "ethtool",
  "uuid-runtime", "screen", "xz-utils",
  // Of Debian's priorities "important" and above, which mmdebstrap's smallest variant leaves out.
  "iproute2", "procps", "python3", "ifupdown", "nftables", "e2fsprogs", "gnupg", "wget",
];

const sources = (suite: string): string => [
  `deb http://deb.debian.org/debian ${suite} main`,
  `deb http://deb.debian.org/debian ${suite}-updates main`,
  `deb http://deb.debian.org/debian-security ${suite}-security main`,
  "",
].join("\n");

/** Files that turn the base into a droplet; existing ones are removed first. */
const files: Record<string, string> = {
  // Empty, not "uninitialized": that would run preset-all at first boot.
  "etc/machine-id": "",
  // One boot later would be too late for the conditions of a first boot.
  "etc/systemd/system/sshd-keygen.service.d/always.conf": "[Unit]\nConditionFirstBoot=\n",
  "etc/resolv.conf": `nameserver ${internet}\n`,
  // Addresses are set before the machine boots: without this cloud-init tries DHCP for 15 s.
  "etc/cloud/cloud.cfg.d/90-network.cfg": "network: {config: disabled}\n",
  // As in DigitalOcean's images: the keys are for root.
  "etc/cloud/cloud.cfg.d/90-droplet.cfg": "disable_root: false\nssh_pwauth: false\nusers: []\nmanage_etc_hosts: true\n",
};
const masked = ["systemd-modules-load.service", "systemd-firstboot.service"];

/** The slugs of all images. */
export const imageSlugs = (): string[] => Object.keys(suites);

/** The directory of an image's root file system; another recipe has another directory, so running machines keep theirs. */
export function imageDirectory(slug: string): string {
  const recipe = JSON.stringify([packages, sources(suiteOf(slug)), files, masked]);
  return inCache("images", `${slug}-${createHash("sha256").update(recipe).digest("hex").slice(0, 12)}`);
}

function suiteOf(slug: string): string {
  const suite = suites[slug];
  if (suite === undefined) throw unprocessable(`the local cloud does not have the image "${slug}"; it has ${imageSlugs().join(", ")}`);
  return suite;
}

const building = new Map<string, Promise<string>>();

/**
 * Builds an image unless it exists; half a minute with a near mirror. An incomplete one is never used.
 * @throws 422 for an image that the local cloud does not have
 */
export function ensureImage(slug: string, log: (line: string) => void = () => undefined): Promise<string> {
  const directory = imageDirectory(slug);
  if (fs.existsSync(directory)) return Promise.resolve(directory);
  let build = building.get(slug);
  if (build === undefined) {
    log(`building the image ${slug} (once)`);
    build = buildImage(suiteOf(slug), directory).finally(() => building.delete(slug));
    building.set(slug, build);
  }
  return build;
}

async function buildImage(suite: string, directory: string): Promise<string> {
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  for (const name of fs.readdirSync(path.dirname(directory))) {
    const maker = /\.(\d+)\.part$/.exec(name)?.[1];
    if (maker && !fs.existsSync(`/proc/${maker}`)) fs.rmSync(path.join(path.dirname(directory), name), { recursive: true });
  }
  const part = `${directory}.${process.pid}.part`;
  try {
    await run("mmdebstrap", ["--quiet", "--variant=minbase", `--include=${packages.join(",")}`, suite, part, "-"], sources(suite));
    makeDroplet(part);
    fs.renameSync(part, directory);
  } catch (error) {
    fs.rmSync(part, { recursive: true, force: true });
    if (!fs.existsSync(directory)) throw error; // otherwise another process was faster
  }
  return directory;
}

/** Turns a plain Debian into an image that every droplet can start from. */
export function makeDroplet(root: string): void {
  const inRoot = (file: string): string => path.join(root, file);
  for (const name of fs.readdirSync(inRoot("etc/ssh"))) {
    if (name.startsWith("ssh_host_")) fs.rmSync(inRoot(`etc/ssh/${name}`));
  }
  for (const [file, content] of Object.entries(files)) {
    fs.rmSync(inRoot(file), { force: true });
    fs.mkdirSync(path.dirname(inRoot(file)), { recursive: true });
    fs.writeFileSync(inRoot(file), content);
  }
  for (const unit of masked) fs.symlinkSync("/dev/null", inRoot(`etc/systemd/system/${unit}`));
}
