import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { renderSeed, writeSeed } from "../../../local/cloud/cloud-init";
import { fqdnOf } from "../../../local/cloud/dns";
import { imageDirectory, makeDroplet } from "../../../local/cloud/image";
import { answer, metadataOf } from "../../../local/cloud/metadata";
import type { CloudState } from "../../../local/cloud/state";
import { projectDir } from "../../../local/paths";
import { parse } from "yaml";
import { droplet, topology } from "./topologies";

let directory: string;
beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-machine-"))));
afterEach(() => fs.rmSync(directory, { recursive: true }));

test("the seed is YAML with the droplet's identity, and only root can read it", () => {
  const seed = { id: 7, hostname: "api-0", publicKeys: ["ssh-ed25519 AAAA a: b # c"], userData: "#cloud-config\npackages: [jq]\n" };
  writeSeed(directory, seed);
  const seeded = path.join(directory, "var/lib/cloud/seed/nocloud");
  expect(parse(fs.readFileSync(path.join(seeded, "meta-data"), "utf8")))
    .toEqual({ "instance-id": "7", "local-hostname": "api-0", "public-keys": seed.publicKeys });
  expect(fs.readFileSync(path.join(seeded, "user-data"), "utf8")).toBe(seed.userData);
  expect(fs.statSync(path.join(seeded, "user-data")).mode & 0o777).toBe(0o600);
  expect(parse(renderSeed({ ...seed, userData: undefined })["user-data"]!)).toEqual({});
});

test("a base becomes an image without identity, and another recipe another image", () => {
  for (const part of ["etc/ssh", "etc/systemd/system"]) fs.mkdirSync(path.join(directory, part), { recursive: true });
  fs.writeFileSync(path.join(directory, "etc/ssh/ssh_host_rsa_key"), "key");
  fs.writeFileSync(path.join(directory, "etc/ssh/sshd_config"), "config");
  fs.writeFileSync(path.join(directory, "etc/machine-id"), "0123");
  fs.symlinkSync("/nowhere/stub-resolv.conf", path.join(directory, "etc/resolv.conf"));
  makeDroplet(directory);
  expect(fs.readdirSync(path.join(directory, "etc/ssh"))).toEqual(["sshd_config"]);
  expect(fs.readFileSync(path.join(directory, "etc/machine-id"), "utf8")).toBe("");
  expect(fs.lstatSync(path.join(directory, "etc/resolv.conf")).isSymbolicLink()).toBe(false);
  expect(imageDirectory("debian-13-x64")).toMatch(/debian-13-x64-[0-9a-f]{12}$/);
  expect(() => imageDirectory("debian-12-x64")).toThrow(/^422 .*does not have the image/);
});

test("the supervisor passes shellcheck", () => {
  execFileSync("shellcheck", [path.join(projectDir, "local/cloud/supervise.sh")]);
});

describe("metadata", () => {
  const state = {
    ...topology([droplet(10, { userData: "#cloud-config\n", tags: ["edge"], sshKeys: ["1"] }), droplet(11, { publicAddress: undefined })]),
    reservedIps: { "198.18.0.200": { address: "198.18.0.200", region: "fra1", dropletId: 10 } },
    entries: { sshKeys: { 1: { id: "1", publicKey: "ssh-ed25519 AAAA" } } }, volumes: {}, nextId: 1,
  } as CloudState;
  const edge = metadataOf(state, state.droplets[10]!);
  const inner = metadataOf(state, state.droplets[11]!);

  test.each([
    ["id", "10"], ["hostname", "d10"], ["region", "fra1"], ["user-data", "#cloud-config\n"], ["public-keys", "ssh-ed25519 AAAA"],
    ["interfaces/", "public/\nprivate/"], ["interfaces/public/", "0/"], ["interfaces/public/0/ipv4/address", "198.18.0.10"],
    ["interfaces/private/0/ipv4/netmask", "255.255.0.0"], ["interfaces/private/0/ipv4/gateway", "10.1.0.1"],
    ["reserved_ip/ipv4/active", "true"], ["reserved_ip/ipv4/ip_address", "198.18.0.200"], ["tags/", "edge"],
    ["dns/nameservers", "198.18.0.254"],
  ])("%s", (at, expected) => expect(answer(edge, `/metadata/v1/${at}`)).toBe(expected));

  test("an unknown path is not found", () => {
    expect(answer(inner, "/metadata/v1/interfaces/public/0/ipv4/address")).toBeUndefined();
    expect(answer(edge, "/metadata/v1/constructor")).toBeUndefined();
    expect(answer(edge, "/")).toBeUndefined();
    expect(JSON.parse(answer(inner, "/metadata/v1.json")!).interfaces).not.toHaveProperty("public");
  });
});

test.each([
  ["@", "ringo.test"], ["api", "api.ringo.test"], ["ringo.test.", "ringo.test"], ["a.ringo.test.", "a.ringo.test"], ["*.x", "*.x.ringo.test"],
])("the record %s answers for %s", (name, expected) => expect(fqdnOf(name, "ringo.test")).toBe(expected));
