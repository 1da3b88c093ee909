/** The local cloud alone, in a directory of its own: real machines, made through the provider's models. */
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { probe } from "../cloud/probe";
import type { Context, Properties, ResourceModel } from "../../../local/providers/resource";

/** All that this cloud has. */
export const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-cloud-"));
export let cloud: typeof import("../../../local/cloud");
let resources: Record<string, ResourceModel>;
export let initOf: (id: string) => number | undefined;
export let killGroup: (id: string) => Promise<void>;
export let listRules: () => Promise<string>;

/** Loads the cloud's modules, which read then where its state is; and makes what machines are made of. */
export async function loadCloud(): Promise<void> {
  process.env.RINGO_LOCAL_DIR = directory;
  cloud = await import("../../../local/cloud");
  ({ resources } = (await import("../../../local/providers/digitalocean")).digitalocean);
  ({ initOf, killGroup } = await import("../../../local/cloud/cgroup"));
  ({ listRules } = await import("../../../local/cloud/fabric"));
  const { ensureImage, imageSlugs } = await import("../../../local/cloud/image");
  for (const slug of imageSlugs()) await ensureImage(slug);
}

export const host = "198.18.0.254";
export const region = "fra1";
export const context: Context = { urn: "urn:pulumi:test::test::test::test", log: () => undefined, signal: new AbortController().signal };

export async function make(type: string, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
  const model = modelOf(type);
  const normal = model.normalize?.(inputs, undefined, context.urn) ?? inputs;
  expect(model.check?.(normal) ?? []).toEqual([]);
  return model.create(normal, context);
}

export function modelOf(type: string) {
  const token = `digitalocean:index/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`;
  return resources[token]!;
}

const droplet = (name: string, inputs: Properties = {}) =>
  make("Droplet", { name, region, size: "s-1vcpu-1gb", image: "debian-13-x64", ...inputs });

export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) if (await holds()) return;
  throw new Error(`not within a minute: ${what}`);
}

/** A probe from inside a machine: "open", or why not. */
export const probeFrom = (name: string, address: string, port: number): Promise<string> =>
  cloud.exec(name, ["python3", "-c", `import socket
try: socket.create_connection(("${address}", ${port}), 1.5); print("open")
except ConnectionRefusedError: print("refused")
except OSError: print("filtered")`]).then((text) => text.trim());

export const listen = (name: string, port: number): Promise<string> =>
  cloud.exec(name, ["systemd-run", "--quiet", `--unit=listen-${port}`, "python3", "-m", "http.server", String(port)]);

/** What the machines are at, for the reader of a failure: nothing is left of them by then. */
async function told(names: string[]): Promise<string> {
  const consoles = fs.globSync(path.join(directory, "cloud/machines/*/console.log")).map((file) => `${file}\n${fs.readFileSync(file, "utf8").slice(-3000)}`);
  const states = names.map((name) => cloud.exec(name, ["sh", "-c", "cloud-init status --long; systemctl --failed; systemctl list-jobs; ps axo etimes,stat,pcpu,args | tail -n 30"]).catch(String));
  const host = execFileSync("ps", ["axo", "pid,etimes,stat,pcpu,args", "--sort=-pcpu"], { encoding: "utf8" }).split("\n").slice(0, 40);
  return [...consoles, ...(await Promise.all(states.map((state) => Promise.race([state, sleep(5000, "no answer")])))), ...host].join("\n");
}

/** Everything on this machine that the cloud could leave behind. */
export function inventory(): Properties {
  const lines = (program: string, ...args: string[]): string[] => execFileSync(program, args, { encoding: "utf8" }).trim().split("\n").sort();
  const groups = fs.readFileSync("/proc/mounts", "utf8").split("\n").map((line) => line.split(" ")).filter(([, , type]) => type?.startsWith("cgroup"));
  const processes = fs.readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8"); // empty when dead and not yet buried
      return command !== "" && (command.includes(directory) || fs.readFileSync(`/proc/${pid}/cgroup`, "utf8").includes("ringo-local"));
    } catch {
      return false;
    }
  });
  return {
    namespaces: lines("ip", "netns").filter((line) => line.startsWith("ringo-")),
    mounts: fs.readFileSync("/proc/mounts", "utf8").split("\n").filter((line) => line.includes(directory) || line.includes("/netns/ringo-")),
    loops: lines("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").filter((line) => line.includes(directory)),
    tables: lines("nft", "list", "tables").filter((line) => line.includes("ringo")),
    links: fs.readdirSync("/sys/class/net").filter((link) => /^(ringo|pub-|vpc-)/.test(link)),
    routes: lines("ip", "route").filter((route) => route.includes("198.18.")),
    groups: groups.flatMap(([, mount]) => fs.readdirSync(mount!).filter((name) => name.startsWith("ringo"))),
    settings: ["net/ipv4/ip_forward", "fs/inotify/max_user_instances"].map((name) => fs.readFileSync(`/proc/sys/${name}`, "utf8").trim()),
    devices: fs.readdirSync("/dev").filter((name) => name.startsWith("ringo")),
    locks: fs.readdirSync("/run").filter((name) => name.startsWith("ringo")),
    files: fs.readdirSync(directory).filter((name) => name === "cloud"),
    processes,
  };
}

/** What was made, by what it is called here. */
export const ids: Record<string, string> = {};
export const outputs: Record<string, Properties> = {};

/** Stands a cloud up with three droplets in two networks: `edge` and `api` behind firewalls, and a `stranger`. */
export async function standCloud(): Promise<void> {
  const names = ["edge", "api", "stranger"];
  await Promise.race([prepare(names), sleep(150_000, undefined, { ref: false }).then(async () => { throw new Error(`no cloud after 150 s; ${step}\n${await told(names)}`); })]);
}

/** What `prepare` is at. */
let step = "";

async function prepare(names: string[]): Promise<void> {
  step = "making the cloud";
  await cloud.ensureCloud();
  step = "making resources";
  const keep = async (name: string, made: Promise<{ id: string; outputs: Properties }>): Promise<string> => {
    const { id, outputs: state } = await made;
    [ids[name], outputs[name]] = [id, state];
    return id;
  };
  const vpcUuid = await keep("vpc", make("Vpc", { name: "one", region, ipRange: "10.77.0.0/20" }));
  const otherVpc = await keep("other vpc", make("Vpc", { name: "two", region, ipRange: "10.78.0.0/20" }));
  await keep("gateway", make("VpcNatGateway", {
    name: "way-out", region, type: "PUBLIC", size: 1, vpcs: [{ vpcUuid, defaultGateway: true }],
  }));
  const anywhere = { destinationAddresses: ["0.0.0.0/0", "::/0"] };
  const outboundRules = [{ protocol: "tcp", portRange: "all", ...anywhere }, { protocol: "udp", portRange: "53", ...anywhere }];
  await keep("edge firewall", make("Firewall", {
    name: "edge", tags: ["edge"], outboundRules,
    inboundRules: [{ protocol: "tcp", portRange: "22", sourceAddresses: [`${host}/32`] }, { protocol: "tcp", portRange: "8000-8010", sourceAddresses: ["0.0.0.0/0"] }],
  }));
  await keep("api firewall", make("Firewall", {
    name: "api", tags: ["api"], outboundRules: outboundRules.slice(0, 1),
    inboundRules: [{ protocol: "tcp", portRange: "8001", sourceTags: ["edge"] }],
  }));
  await keep("volume", make("Volume", { name: "data", region, size: 1, initialFilesystemType: "ext4" }));
  await keep("address", make("ReservedIp", { region }));
  const { publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const field = (data: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, data.length]), data]);
  const line = `ssh-ed25519 ${Buffer.concat([field(Buffer.from("ssh-ed25519")), field(raw)]).toString("base64")} test`;
  const key = await keep("key", make("SshKey", { name: "key", publicKey: line }));

  step = "booting";
  await Promise.all([
    keep("edge", droplet("edge", {
      vpcUuid, tags: ["edge"], sshKeys: [key], userData: "#cloud-config\nwrite_files: [{path: /etc/made-by-user-data, content: made}]\n",
    })),
    keep("api", droplet("api", { vpcUuid, tags: ["api"], sshKeys: [key], publicNetworking: false })),
    keep("stranger", droplet("stranger", { vpcUuid: otherVpc })),
  ]);
  await make("ReservedIpAssignment", { ipAddress: ids.address!, dropletId: Number(ids.edge) });
  await make("VolumeAttachment", { volumeId: ids.volume!, dropletId: Number(ids.api) });
  step = "waiting for ssh";
  await eventually("ssh on the edge", async () => (await probe(ids.address!, 22)) === "SSH");
  step = "waiting for cloud-init";
  await Promise.all(names.map((name) => cloud.exec(name, ["cloud-init", "status", "--wait"])));
}
