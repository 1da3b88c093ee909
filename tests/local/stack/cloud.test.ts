import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { renderRuleset } from "../../../local/cloud/firewall";
import type { Properties } from "../../../local/providers/resource";
import { probe } from "../cloud/probe";
import { topologies } from "../cloud/topologies";
import {
  cloud, context, directory, eventually, host, ids, initOf, inventory, killGroup, listen, listRules, loadCloud, make, modelOf, outputs, probeFrom, region, standCloud,
} from "./cloud";

/** The local cloud alone, through the provider's models: real machines, real packets. Owns the machine while it runs. */
jest.setTimeout(180_000);

let before: Properties;
// Where the image is not there yet, the registries' pace is not the cloud's.
beforeAll(loadCloud, 600_000);
beforeAll(async () => {
  before = inventory();
  await standCloud();
});
afterAll(async () => {
  await cloud.destroyCloud();
  fs.rmSync(directory, { recursive: true, force: true });
});

test.each(Object.entries(topologies))("nft accepts the ruleset of %s", (_, topology) => {
  execFileSync("unshare", ["--net", "nft", "--check", "--file", "-"], { input: renderRuleset(topology) });
});

test("cloud-init applies user data, keys and host name; no unit fails", async () => {
  expect((await cloud.exec("edge", ["hostname"])).trim()).toBe("edge");
  expect(await cloud.exec("edge", ["cat", "/etc/made-by-user-data"])).toBe("made");
  expect(await cloud.exec("api", ["cat", "/root/.ssh/authorized_keys"])).toMatch(/^ssh-ed25519 .* test$/m);
  expect((await cloud.exec("edge", ["systemctl", "is-system-running", "--wait"])).trim()).toBe("running");
});

test("a firewall admits what a rule names and nothing else; without one a droplet is open", async () => {
  await Promise.all([listen("edge", 8000), listen("edge", 8011), listen("stranger", 8011)]);
  await eventually("the listener", async () => (await probeFrom("edge", "127.0.0.1", 8011)) === "open");
  await eventually("the stranger's listener", async () => (await probe(outputs.stranger!.ipv4Address, 8011)) === "open");
  expect(await probe(outputs.edge!.ipv4Address, 22)).toBe("SSH");
  expect(await probe(ids.address!, 8000)).toBe("open");
  expect(await probe(ids.address!, 8010)).toBe("refused");
  expect(await probe(ids.address!, 8011)).toBe("filtered");
  expect(await probeFrom("stranger", outputs.edge!.ipv4Address, 22)).toBe("filtered");
  expect(await probeFrom("stranger", ids.address!, 8000)).toBe("open");
});

test("rules by tag apply inside the VPC, and a VPC is closed to all others", async () => {
  const api = outputs.api!.ipv4AddressPrivate;
  await Promise.all([listen("api", 8001), listen("api", 8002)]);
  await eventually("the listener", async () => (await probeFrom("edge", api, 8001)) === "open");
  expect(await probeFrom("edge", api, 8002)).toBe("filtered");
  expect(await probeFrom("stranger", api, 8001)).toBe("filtered");
  expect(await probeFrom("stranger", outputs.edge!.ipv4AddressPrivate, 8000)).toBe("filtered");
  // The host has no way there; with one, the fabric refuses it.
  execFileSync("ip", ["route", "add", `${api}/32`, "via", "198.18.0.1"]);
  expect(await probe(api, 8001)).toBe("filtered");
  execFileSync("ip", ["route", "delete", `${api}/32`]);
});

test("a changed firewall takes effect at once", async () => {
  const model = modelOf("Firewall");
  const state = outputs["edge firewall"]!;
  const closed = { ...state, inboundRules: state.inboundRules.slice(0, 1) };
  await model.update!(ids["edge firewall"]!, state, closed, context);
  expect(await probe(ids.address!, 8000)).toBe("filtered");
  await model.update!(ids["edge firewall"]!, closed, state, context);
  expect(await probe(ids.address!, 8000)).toBe("open");
});

test("a private droplet reaches the internet through the NAT gateway, from its address; without one it does not", async () => {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.socket.remoteAddress!);
    response.end("here");
  });
  await new Promise<void>((ready) => server.listen(8099, host, ready));
  try {
    expect(await cloud.exec("api", ["curl", "--silent", "--max-time", "3", `http://${host}:8099/`])).toBe("here");
    expect(await cloud.exec("edge", ["curl", "--silent", "--max-time", "3", `http://${host}:8099/`])).toBe("here");
    expect(seen).toEqual([outputs.gateway!.egresses[0].publicGateways[0].ipv4, outputs.edge!.ipv4Address]);
    expect(await probeFrom("api", ids.address!, 8000)).toBe("open");
    await modelOf("VpcNatGateway").delete(ids.gateway!, {}, context);
    expect(await probeFrom("api", host, 8099)).toBe("filtered");
  } finally {
    server.close();
  }
});

test("outbound rules apply: only what is named gets out", async () => {
  const ping = (name: string) => cloud.exec(name, ["ping", "-c1", "-W1", host]);
  await expect(ping("edge")).rejects.toThrow();
  expect(await ping("stranger")).toContain("1 received");
});

test("a droplet cannot send from another's address", async () => {
  const stolen = outputs.edge!.ipv4Address;
  await cloud.exec("stranger", ["ip", "address", "add", `${stolen}/32`, "dev", "eth0"]);
  await expect(cloud.exec("stranger", ["ping", "-c1", "-W1", "-I", stolen, host])).rejects.toThrow();
  await cloud.exec("stranger", ["ip", "address", "del", `${stolen}/32`, "dev", "eth0"]);
});

test("the metadata service tells a droplet only about itself", async () => {
  const ask = (name: string, what: string) => cloud.exec(name, ["curl", "--silent", "--max-time", "3", `http://169.254.169.254/metadata/v1/${what}`]);
  expect(await ask("api", "id")).toBe(ids.api);
  expect(await ask("edge", "interfaces/public/0/ipv4/address")).toBe(outputs.edge!.ipv4Address);
  expect(await ask("edge", "user-data")).toContain("made-by-user-data");
  await expect(cloud.exec("api", ["curl", "--fail", "--silent", "http://169.254.169.254/metadata/v1/interfaces/public/0/ipv4/address"])).rejects.toThrow();
});

test("a formatted volume is mounted by its first droplet", async () => {
  expect((await cloud.exec("api", ["findmnt", "--noheadings", "--raw", "--output", "TARGET", "--source", "/dev/disk/by-id/scsi-0DO_Volume_data"])).trim()).toBe("/mnt/data");
  // Whatever else is done with it here begins and ends with its own mount.
  await cloud.exec("api", ["sh", "-c", "systemctl disable --quiet --now mnt-data.mount && rm /etc/systemd/system/mnt-data.mount && systemctl daemon-reload"]);
});

test("a reboot keeps addresses, disk and volume", async () => {
  const device = "/dev/disk/by-id/scsi-0DO_Volume_data";
  const addresses = (): Promise<string> => cloud.exec("api", ["ip", "-brief", "-4", "address"]);
  const former = await addresses();
  const formerInit = initOf(ids.api!);
  await cloud.exec("api", ["sh", "-c", `echo kept > /root/disk; mkdir -p /mnt/data && mount ${device} /mnt/data && echo kept > /mnt/data/file && sync`]);
  await cloud.exec("api", ["systemctl", "reboot"]);
  await eventually("the new init", async () => ![formerInit, undefined].includes(initOf(ids.api!)));
  await eventually("the boot", async () => (await cloud.exec("api", ["systemctl", "is-system-running"]).catch(() => "")).trim() === "running");
  expect(await addresses()).toBe(former);
  expect(await cloud.exec("api", ["cat", "/root/disk"])).toBe("kept\n");
  expect(await cloud.exec("api", ["sh", "-c", `mount ${device} /mnt/data && cat /mnt/data/file && umount /mnt/data`])).toBe("kept\n");
});

test("a detached volume disappears from the droplet at once, with all processes that use it, and another droplet has it alone", async () => {
  const device = "/dev/disk/by-id/scsi-0DO_Volume_data";
  const attachment = { volumeId: ids.volume!, dropletId: Number(ids.api) };
  await cloud.exec("api", ["sh", "-c", `mount ${device} /mnt/data`]);
  // One has a file open, one stands there, one has a view of the volume that is its own; and one sees the volume as the machine does, and has no business there.
  const sandboxed = ["--property=ProtectSystem=strict", "--property=ReadWritePaths=/mnt/data"];
  const programs: Record<string, string[]> = {
    writer: ["sh", "-c", "exec >/mnt/data/lines; cd /; while echo line && sleep 0.05; do :; done"],
    idle: ["sh", "-c", "cd /mnt/data; exec sleep 600"],
    alone: ["unshare", "--mount", "--propagation=private", "sleep", "600"],
    bystander: ["sleep", "600"],
  };
  const units = Object.keys(programs);
  for (const [name, program] of Object.entries(programs)) await cloud.exec("api", ["systemd-run", "--quiet", `--unit=${name}`, ...sandboxed, ...program]);
  await eventually("lines", async () => (await cloud.exec("api", ["sh", "-c", "cat /mnt/data/lines || true"])).includes("line"));

  await modelOf("VolumeAttachment").delete("", attachment, context);
  const states = async () => (await cloud.exec("api", ["sh", "-c", `systemctl is-active ${units.join(" ")} || true`])).trim().split("\n");
  // Who is killed is gone at once, and systemd hears of it afterwards.
  await eventually("systemd's word of those that were killed", async () => (await states()).slice(0, 3).every((state) => ["failed", "inactive"].includes(state)));
  expect(await states()).toEqual(["failed", "failed", "failed", "active"]);
  expect(await cloud.exec("api", ["sh", "-c", `ls /mnt/data; test -e ${device} || echo none`])).toBe("none\n");

  await make("VolumeAttachment", { volumeId: ids.volume!, dropletId: Number(ids.edge) });
  const there = await cloud.exec("edge", ["sh", "-c", `mkdir -p /mnt/data && mount ${device} /mnt/data && cat /mnt/data/file && wc -l < /mnt/data/lines && sleep 0.3 && wc -l < /mnt/data/lines && umount /mnt/data`]);
  const [kept, before, after] = there.split("\n");
  expect([kept, after]).toEqual(["kept", before]);
  // And back again.
  await modelOf("VolumeAttachment").delete("", { ...attachment, dropletId: Number(ids.edge) }, context);
  await make("VolumeAttachment", attachment);
  expect(await cloud.exec("api", ["sh", "-c", `mount ${device} /mnt/data && cat /mnt/data/file && umount /mnt/data; systemctl stop bystander; systemctl reset-failed`])).toBe("kept\n");
});

test("a volume grows, cannot shrink or be deleted while attached, and outlives its droplet", async () => {
  const volume = modelOf("Volume");
  const state = outputs.volume!;
  await expect(volume.delete(ids.volume!, state, context)).rejects.toThrow(/^409 .*attached/);
  await volume.update!(ids.volume!, state, { ...state, size: 2 }, context);
  const size = await cloud.exec("api", ["blockdev", "--getsize64", "/dev/disk/by-id/scsi-0DO_Volume_data"]);
  expect(Number(size)).toBe(2 * 1024 ** 3);
  await expect(volume.update!(ids.volume!, state, { ...state, size: 1, tags: [] }, context).then(() => volume.update!(ids.volume!, { ...state, size: 2 }, { ...state, size: 1 }, context))).rejects.toThrow("expanded");

  await modelOf("Droplet").delete(ids.api!, outputs.api!, context);
  expect(await modelOf("Droplet").read(ids.api!, outputs.api!)).toBeUndefined();
  expect((await volume.read(ids.volume!, state))!.outputs.dropletIds).toEqual([]);
  await make("VolumeAttachment", { volumeId: ids.volume!, dropletId: Number(ids.edge) });
  const script = "mkdir -p /mnt/data && mount /dev/disk/by-id/scsi-0DO_Volume_data /mnt/data && cat /mnt/data/file && umount /mnt/data";
  expect(await cloud.exec("edge", ["sh", "-c", script])).toBe("kept\n");
});

/** How many droplets of one processor its programs count for, where they compete. */
function processorShare(id: string): number {
  const group = (controller: string) => new RegExp(`^\\d+:${controller}:(.*)$`, "m").exec(fs.readFileSync(`/proc/${initOf(id)}/cgroup`, "utf8"))?.[1];
  const root = (type: string, option: string) =>
    fs.readFileSync("/proc/mounts", "utf8").split("\n").map((line) => line.split(" ")).find(([, , kind, options]) => kind === type && options!.split(",").includes(option))![1]!;
  // Version 1 names the controller; in version 2 the droplet's group is some levels up.
  const version1 = group("[^:]*\\bcpu\\b[^:]*");
  if (version1 !== undefined) return Number(fs.readFileSync(path.join(root("cgroup", "cpu"), version1, "cpu.shares"), "utf8")) / 1024;
  const own = group("")!.split("/").slice(0, group("")!.split("/").indexOf(id) + 1).join("/");
  return Number(fs.readFileSync(path.join(root("cgroup2", "rw"), own, "cpu.weight"), "utf8")) / 100;
}

test("a resized droplet is the same machine after a power cycle", async () => {
  const model = modelOf("Droplet");
  const state = outputs.stranger!;
  const formerInit = initOf(ids.stranger!);
  const size = async () => (await cloud.exec("stranger", ["df", "-BG", "--output=size", "/"])).trim().split(/\s+/).at(-1);
  expect([processorShare(ids.stranger!), await size()]).toEqual([1, "25G"]);
  const resized = await model.update!(ids.stranger!, state, { ...state, size: "s-2vcpu-2gb" }, context);
  expect([processorShare(ids.stranger!), await size()]).toEqual([2, "60G"]);
  expect(resized).toMatchObject({ memory: 2048, vcpus: 2, status: "active", ipv4Address: state.ipv4Address, ipv4AddressPrivate: state.ipv4AddressPrivate });
  expect(initOf(ids.stranger!)).not.toBe(formerInit);
  await expect(model.update!(ids.stranger!, resized, { ...resized, size: "s-1vcpu-1gb" }, context)).rejects.toThrow("smaller disk");
});

test("resources in use cannot be deleted or assigned twice", async () => {
  await expect(modelOf("Vpc").delete(ids.vpc!, {}, context)).rejects.toThrow(/^403 .*members/);
  await expect(make("Vpc", { name: "three", region, ipRange: "10.77.8.0/24" })).rejects.toThrow(/^422 .*overlaps/);
  await expect(make("Vpc", { name: "one", region, ipRange: "10.79.0.0/20" })).rejects.toThrow(/^409 .*name "one" exists/);
  await expect(make("Firewall", { name: "edge", inboundRules: outputs["edge firewall"]!.inboundRules })).rejects.toThrow(/^409/);
  await expect(make("VolumeAttachment", { volumeId: ids.volume!, dropletId: Number(ids.stranger) })).rejects.toThrow(/^422 .*attached/);
});

test("after a crash of machines and fabric everything is restored; if everything runs it takes less than a second", async () => {
  await killGroup(ids.edge!);
  execFileSync("ip", ["netns", "delete", "ringo-cloud"]);
  expect(await probe(ids.address!, 22)).not.toBe("SSH");
  await cloud.ensureCloud();
  await eventually("ssh on the edge", async () => (await probe(ids.address!, 22)) === "SSH");
  expect((await cloud.exec("edge", ["systemctl", "is-system-running", "--wait"])).trim()).toBe("running");
  await eventually("the stranger that went on running", async () => (await probe(outputs.stranger!.ipv4Address, 22)) === "SSH");
  expect(cloud.listMachines().map(({ name, status }) => `${name} ${status}`)).toEqual(["edge active", "stranger active"]);
  const rules = await listRules();
  const took: number[] = [];
  for (let i = 0; i < 3; i++) {
    const began = Date.now();
    await cloud.ensureCloud();
    took.push(Date.now() - began);
  }
  expect(Math.min(...took)).toBeLessThan(1000); // what it takes: what else runs on this machine is in the others
  expect(await listRules()).toBe(rules);
});

test("a droplet that powered itself off stays off until it is started", async () => {
  await cloud.exec("stranger", ["systemctl", "poweroff"]);
  await eventually("off", async () => cloud.listMachines().find(({ name }) => name === "stranger")!.status === "off");
  await cloud.ensureCloud();
  expect((await modelOf("Droplet").read(ids.stranger!, outputs.stranger!))!.outputs.status).toBe("off");
});

test("a cancelled droplet leaves nothing", async () => {
  const cancelled = { ...context, signal: AbortSignal.abort(new Error("cancelled")) };
  const machines = cloud.listMachines();
  const inputs = { name: "never", region, size: "s-1vcpu-1gb", image: "debian-13-x64", vpcUuid: ids.vpc };
  await expect(modelOf("Droplet").create(inputs, cancelled)).rejects.toThrow("cancelled");
  expect(cloud.listMachines()).toEqual(machines);
});

test("destroy leaves nothing, also after a crash and the second time", async () => {
  await killGroup(ids.edge!);
  fs.rmSync(path.join(directory, "cloud", "cloud.json"));
  await cloud.destroyCloud();
  expect(inventory()).toEqual(before);
  await cloud.destroyCloud();
});
