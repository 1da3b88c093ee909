import { spawnSync } from "node:child_process";
import { docker, pulled } from "../../../machine/docker";

const { files, units } = docker({ addressPool: "172.17.0.0/16" });
const content = (name: string): string => files!.find(({ path }) => path.endsWith(name))!.content;
const day = 24 * 3600;

test("unused images are removed, including releases, but not within two weeks, since one may be reverted to", () => {
  const [, command] = /^ExecStart=(.*)$/m.exec(content("/ringo-docker-prune.service"))!;
  // Without the first only what has no name goes, and each release has one; without the second Docker asks, and nobody answers.
  expect(command!.split(" ")).toEqual(expect.arrayContaining(["prune", "--all", "--force"]));
  const kept = Number(/ --filter until=(\d+)h$/.exec(command!)![1]) * 3600;
  expect(kept).toBeGreaterThanOrEqual(14 * day);
  const [, calendar] = /^OnCalendar=(.*)$/m.exec(content("/ringo-docker-prune.timer"))!;
  const { stdout } = spawnSync("systemd-analyze", ["calendar", "--iterations=2", calendar!], { encoding: "utf8", env: { ...process.env, LC_ALL: "C", TZ: "UTC" } });
  const [first, second] = stdout.match(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g)!.map((time) => Date.parse(time) / 1000);
  expect(second! - first!).toBeLessThanOrEqual(kept / 2);
});

test("an existing image needs no registry: while that is down, updates still work", () => {
  const { unless = "false" } = pulled("registry.test/backend@sha256:1").steps!.find(({ name }) => name.startsWith("pull"))!;
  const there = (image: string) => spawnSync("sh", ["-ec", `docker() { [ "$*" = 'image inspect ${image}' ]; }\n${unless}`]).status === 0;
  expect([there("registry.test/backend@sha256:1"), there("registry.test/backend@sha256:2")]).toEqual([true, false]);
});

test("Docker gives containers no privileges, networks or proxies beyond what is declared, and leaves them running while it restarts", () => {
  expect(JSON.parse(content("/daemon.json"))).toMatchObject({
    "live-restore": true,
    "no-new-privileges": true,
    icc: false, // no container reaches its neighbour
    ip: "127.0.0.1", // no port is open to others because nobody has said to whom
    "userland-proxy": false, // no program of root's takes connections for a container
  });
});

test("Docker trusts an authority as soon as the machine does, and no line of a burst from containers is dropped", () => {
  expect(units!.find(({ name }) => name === "docker.service")!.restartOn).toContain("/etc/ssl/certs/ca-certificates.crt");
  expect(content("/docker.service.d/ringo.conf")).toMatch(/^LogRateLimitIntervalSec=0$/m);
});

test.each([["172.17.0.0/16", "172.17.0.1/24"], ["10.64.240.0/20", "10.64.240.1/24"], ["192.168.7.0/24", "192.168.7.1/24"]])("Docker's own bridge takes its addresses from %s, also where Docker has once made it with others", (addressPool, bip) => {
  const { content: settings } = docker({ addressPool }).files!.find(({ path }) => path.endsWith("/daemon.json"))!;
  expect(JSON.parse(settings)).toMatchObject({ bip, "default-address-pools": [{ base: addressPool, size: 24 }] });
});
