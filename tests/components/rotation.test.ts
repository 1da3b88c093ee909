import { deploy, named, plain, requested, short, stateOf, type Registered, type Request } from "./program";

const fileOf = (resources: Registered[], state: string, path: string): string => stateOf(named(resources, state)).files.find((file) => file.path === path)!.content;
const rotated = { passwordGeneration: 2, deployerKeyGeneration: 2, mediaKeyGeneration: 2 };

let before: Registered[];
let after: Registered[];
/** What the engine was asked for before. */
let requests: Request[];
beforeAll(async () => {
  ({ resources: before, requests } = await requested());
  after = (await deploy(rotated)).resources;
}, 60_000);

test("a higher generation creates new passwords for PostgreSQL and Redis", () => {
  const keepers = (resources: Registered[]) => Object.fromEntries(resources.filter(({ name, type }) => type.endsWith(":RandomPassword") && name.startsWith("data-"))
    .map(({ name, inputs }) => [name.replace("data-password-", ""), inputs.keepers.generation]));
  const names = ["postgres", "redis", "redis-producer", "redis-operator", "redis-exporter", "celery-exporter"];
  expect(keepers(before)).toEqual(Object.fromEntries(names.map((name) => [name, "1"])));
  expect(keepers(after)).toEqual(Object.fromEntries(names.map((name) => [name, "2"])));
});

test("no password can be guessed, and none holds what a URL would have to quote", () => {
  const passwords = before.filter(({ type }) => type.endsWith(":RandomPassword")).map(({ name, inputs }) => [name, inputs.length >= 32, inputs.special]);
  expect(passwords).toEqual(passwords.map(([name]) => [name, true, false]));
});

test("the application logs in with another role than before, so both passwords are valid for a while", () => {
  const users = (resources: Registered[]) => ["api-0-api", "api-1-api", "worker-0-worker"].flatMap((name) =>
    stateOf(named(resources, name)).containers.map(({ environment }) => environment.POSTGRES_USER));
  expect(new Set(users(before))).toEqual(new Set(["ringo"]));
  expect(new Set(users(after))).toEqual(new Set(["ringo_b"]));
  expect(fileOf(after, "data-passwords", "/etc/ringo/postgresql/former.sql")).toContain('ALTER ROLE "ringo" NOLOGIN');
});

test("new keys to the shared files replace no container", async () => {
  for (const [resources, generation] of [[before, 1], [after, 2]] as const) {
    expect(fileOf(resources, "data-data", "/etc/ssh/ringo-media.keys")).toBe(`ssh-ed25519 AAAAdatamediawriter${generation}\n`);
    expect(fileOf(resources, "data-data", "/etc/ssh/ringo-media-reader.keys")).toBe(`ssh-ed25519 AAAAdatamediareader${generation}\n`);
    expect(fileOf(resources, "api-0-api", "/etc/ringo/media/key")).toBe(`private key of data-media-writer-${generation}\n`);
    expect(fileOf(resources, "edge-edge", "/etc/ringo/media/key")).toBe(`private key of data-media-reader-${generation}\n`);
  }
  const { resources: alone } = await deploy({ mediaKeyGeneration: 2 });
  for (const name of ["api-0-api", "worker-0-worker"]) expect(stateOf(named(alone, name)).containers).toEqual(stateOf(named(before, name)).containers);
});

test("the program uses the next key, which every machine already accepted; no machine accepts the former", () => {
  const key = (generation: number) => `ssh-ed25519 AAAAaccessdeployer${generation}\n`;
  for (const { name } of after.filter(({ type }) => type.endsWith(":Droplet"))) {
    const state = short(name).replace("-droplet", "-base");
    expect(fileOf(before, state, "/root/.ssh/authorized_keys")).toBe(key(1) + key(2));
    expect(fileOf(after, state, "/root/.ssh/authorized_keys")).toBe(key(2) + key(3));
    const connection = plain(named(after, state).inputs.connection);
    for (const { privateKey } of [connection, ...(connection.proxy ? [connection.proxy] : [])]) expect(privateKey).toBe("private key of access-deployer-2\n");
  }
});

test("neither a key nor a password can be skipped: no machine accepts the key after the next, and that password's role would be the one in use", async () => {
  const { resources } = await deploy({ deployerKeyGeneration: 3, passwordGeneration: 3 });
  const comesWith = plain(named(resources, "edge-base").inputs.connection).privateKey;
  expect(comesWith).toBe("private key of access-deployer-3\n");
  expect(fileOf(before, "edge-base", "/root/.ssh/authorized_keys")).not.toContain("deployer3");
  const user = (of: Registered[]) => stateOf(named(of, "api-0-api")).containers[0]!.environment.POSTGRES_USER;
  expect(user(resources)).toBe(user(before));
});

test("a new network exists before the former is deleted, and a volume is detached before another machine gets it", () => {
  const [vpcs, gateways, attachments] = [":Vpc", ":VpcNatGateway", ":VolumeAttachment"].map((kind) => requests.filter((request) => request.getType().endsWith(kind)));
  const deletedFirst = (each: Request[]) => each.map((request) => request.getDeletebeforereplacedefined() && request.getDeletebeforereplace() ? "first" : request.getDeletebeforereplacedefined() && "after");
  expect([vpcs, gateways, attachments].map(deletedFirst)).toEqual([["after"], ["after"], ["first"]]);
});

test("the public address is not released with its machine", () => {
  const [address] = requests.filter((request) => request.getType().endsWith(":ReservedIp"));
  expect(address.getIgnorechangesList()).toEqual(["dropletId"]);
});

/** The names of all resources of a kind after and before a change. */
const changed = (kind: string, resources: Registered[]) => {
  const names = (all: Registered[]) => all.filter(({ type }) => type.endsWith(kind)).map(({ name }) => name);
  const [then, now] = [names(before), names(resources)];
  return { added: now.filter((name) => !then.includes(name)).sort(), gone: then.filter((name) => !now.includes(name)).sort(), kept: now.filter((name) => then.includes(name)) };
};

test("a replaced machine shares no key or name with the former, and all others stay", async () => {
  const { resources } = await deploy({ machineGenerations: { edge: 2 } });
  const names = (kind: string) => {
    const { added, gone } = changed(kind, resources);
    return [added.map(short), gone.map(short)];
  };
  expect(names(":Droplet")).toEqual([["edge-droplet-2"], ["edge-droplet"]]);
  expect(names(":PrivateKey")).toEqual([["edge-boot-key-2", "edge-host-key-2"], ["edge-boot-key", "edge-host-key"]]);
  expect(names(":Command")).toEqual([["edge-boot-2"], ["edge-boot"]]);
  expect(plain(named(resources, "edge-droplet-2").inputs.userData)).toMatch(/private key of edge-boot-key-[0-9a-f]{4}-2\\n/);
  expect(stateOf(named(resources, "edge-boot-2")).files.map(({ content }) => content)).toContainEqual(expect.stringMatching(/private key of edge-host-key-[0-9a-f]{4}-2/));
  const proxied = resources.filter(({ name, type }) => type.endsWith(":Command") && !name.startsWith("edge-"));
  for (const { inputs } of proxied) expect(plain(inputs.connection).proxy.hostKey).toMatch(/^ssh-ed25519 AAAAedgehostkey[0-9a-f]{4}2$/);
});

test.each([{ region: "ams3" }, { vpcCidr: "10.44.0.0/20" }])(
  "machines that %j replaces are new resources: replacements would get the original machine's keys, which may no longer be valid", async (change) => {
    const { resources } = await deploy(change);
    for (const kind of [":Droplet", ":PrivateKey", ":Command"]) {
      const { added, gone, kept } = changed(kind, resources);
      expect(added.map(short)).toEqual(gone.map(short));
      expect(kept.filter((name) => /-(droplet|boot|boot-key|host-key)/.test(name))).toEqual([]);
    }
    expect(changed(":Droplet", resources).added).toHaveLength(6);
  });

test("a removed worker is shut down first; a data machine, whose volume is detached first, is not", () => {
  const droplets = before.filter(({ type }) => type.endsWith(":Droplet"));
  for (const { name, inputs } of droplets) expect([name, inputs.gracefulShutdown]).toEqual([name, name.startsWith("worker-")]);
});

test("a machine is not replaced for changed user data or keys, and its deletion has time for a shutdown", () => {
  const [droplets, keys] = [":Droplet", ":SshKey"].map((type) => requests.filter((request) => request.getType().endsWith(type)));
  // Deleted first, a key of the account would take along every machine that was born with it; and a new machine takes over while the former is there.
  for (const each of [...droplets, ...keys]) expect([each.getName(), each.getDeletebeforereplacedefined(), each.getDeletebeforereplace()]).toEqual([each.getName(), true, false]);
  expect(keys).toHaveLength(1);
  expect(droplets).toHaveLength(6);
  for (const droplet of droplets) {
    expect(droplet.getIgnorechangesList()).toEqual(["sshKeys", "userData"]);
    expect(Number(/^(\d+)m$/.exec(droplet.getCustomtimeouts().getDelete())![1])).toBeGreaterThan(30); // minutes, after which systemd forces a shutdown
  }
});
