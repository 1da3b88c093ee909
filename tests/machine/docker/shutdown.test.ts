import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shutdown } from "../../../machine/docker/shutdown";

const folder = mkdtempSync(join(tmpdir(), "ringo-ending-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { content: script } = shutdown([]).files!.find(({ path }) => path.endsWith("end-containers"))!;

/** A line of /proc/net/tcp, as the kernel writes it for a socket that listens and `waiting` others at it. */
const listening = (waiting: number): string => `   0: 0100007F:1F40 00000000:0000 0A 00000000:0000000${waiting} 00:00000000 00000000     0        0 4242 1 0000000000000000 100 0 0 10 0\n`;
const established = "   1: 0100007F:1F40 0100007F:9C40 01 00000000:00000005 00:00000000 00000000     0        0 4243 1 0000000000000000 20 4 30 10 -1\n";

interface Situation {
  system: string;
  /** Containers that an earlier end wrote down. */
  remembered?: string;
  /** Those that run, and those that are there. @default aaa and bbb */
  containers?: string[];
  /** How many looks find others waiting at a server. @default 0 */
  busyLooks?: number;
  /** The firewall takes no rules. @default false */
  noRules?: boolean;
}

/** What Docker and the firewall are asked for, in turn, and what is remembered. */
function asked(step: "start" | "stop" | "shutdown", { system, remembered, containers = ["aaa", "bbb"], busyLooks = 0, noRules = false }: Situation) {
  const root = mkdtempSync(join(folder, "machine-"));
  const [list, calls, sockets] = ["ended", "calls", "tcp"].map((name) => join(root, name)) as [string, string, string];
  if (remembered !== undefined) writeFileSync(list, remembered);
  writeFileSync(`${sockets}-busy`, established + listening(2));
  writeFileSync(`${sockets}-idle`, established + listening(0));
  const programs = {
    systemctl: `echo ${system}; [ ${system} = running ]`,
    nft: `set -- $1; echo "nft $1 $2 $3" >> ${calls}; ${!noRules}`,
    docker: `echo "docker $1 $2" >> ${calls}
case $1 in
ps) printf '${containers.map((id) => `${id}\\n`).join("")}' ;;
inspect) [ $(grep -c inspect ${calls}) -le ${busyLooks} ] && echo ${sockets}-busy || echo ${sockets}-idle ;;
esac`,
  };
  for (const [name, body] of Object.entries(programs)) writeFileSync(join(root, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const here = script.replaceAll("/var/lib/ringo-containers", root).replace("patience=100", "patience=4");
  const done = spawnSync("sh", ["-c", here, "end-containers", step], { encoding: "utf8", env: { PATH: `${root}:${process.env.PATH}` } });
  expect({ status: done.status, errors: done.stderr }).toEqual({ status: 0, errors: noRules ? expect.stringMatching(/refused$/m) : "" });
  const lines = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").split("\n").map((line) => line.trim()).filter(Boolean) : []);
  return { asked: lines(calls), remembered: lines(list) };
}

const told = ["docker stop aaa", "docker stop bbb"];

test("at a shutdown connections are refused first, then each container is stopped, and their names are recorded", () => {
  const { asked: calls, remembered } = asked("shutdown", { system: "stopping" });
  expect(calls.slice(0, 3)).toEqual(["docker ps --quiet", "nft table inet ringo_away", "docker inspect --format"]);
  expect(calls.slice(3).sort()).toEqual(told);
  expect(remembered).toEqual(["aaa", "bbb"]);
});

test("it waits until a server has accepted waiting connections, but not forever", () => {
  const looks = (busyLooks: number) => asked("shutdown", { system: "stopping", busyLooks }).asked.filter((call) => call.startsWith("docker inspect")).length;
  expect(looks(2)).toBe(3);
  expect(looks(99)).toBe(5);
  expect(asked("shutdown", { system: "stopping", busyLooks: 99 }).asked.slice(-2).sort()).toEqual(told);
});

test("they keep running, and no connections are refused, if only the unit is stopped", () => {
  expect(asked("shutdown", { system: "running" })).toEqual({ asked: [], remembered: [] });
});

test("the stop command stops them on a running machine", () => {
  expect(asked("stop", { system: "running" }).asked.slice(-2).sort()).toEqual(told);
});

test("after the stop command and a shutdown they are started as well", () => {
  expect(asked("shutdown", { system: "stopping", remembered: "aaa\nbbb\n", containers: [] })).toMatchObject({ remembered: ["aaa", "bbb"] });
  // Or was cut off when one had ended.
  const { asked: calls, remembered } = asked("shutdown", { system: "stopping", remembered: "aaa\nbbb\n", containers: ["bbb"] });
  expect(calls.filter((call) => call.startsWith("docker stop"))).toEqual(["docker stop bbb"]);
  expect(new Set(remembered)).toEqual(new Set(["aaa", "bbb"]));
});

test("the stopped ones are started, once, and connections are allowed again, whoever stopped them", () => {
  const start = ["nft add table inet", "docker ps --quiet"];
  expect(asked("start", { system: "running", remembered: "aaa\nbbb\n" })).toEqual({ asked: [...start, "docker start aaa"], remembered: [] });
  // An apply has put others in their place.
  expect(asked("start", { system: "running", remembered: "aaa\nbbb\n", containers: ["bbb", "ccc"] })).toEqual({ asked: [...start, "docker start bbb"], remembered: [] });
  expect(asked("start", { system: "running", remembered: "aaa\n", containers: ["bbb"] })).toEqual({ asked: start, remembered: [] });
  expect(asked("start", { system: "running" })).toEqual({ asked: ["nft add table inet"], remembered: [] });
});

test("containers stop and start in order even if the firewall accepts no rules", () => {
  expect(asked("shutdown", { system: "stopping", noRules: true }).asked).toEqual(expect.arrayContaining(told));
  expect(asked("start", { system: "running", remembered: "aaa\n", noRules: true }).asked).toContain("docker start aaa");
});

test("stopping does not time out while one of them still works: a worker's tasks may take longer than systemd's default", () => {
  const unit = shutdown([]).files!.find(({ path }) => path.endsWith(".service"))!.content;
  expect(unit).toMatch(/^TimeoutStopSec=infinity$/m);
  // To turn others away, and to see who waits in a container's network.
  expect(unit).toMatch(/^CapabilityBoundingSet=(?=.*\bCAP_NET_ADMIN\b)(?=.*\bCAP_SYS_PTRACE\b)/m);
});

test("nft accepts the refusing rules", () => {
  const rules = /nft '(table[^']*)'/.exec(script)![1]!;
  const read = spawnSync("unshare", ["--map-root-user", "--net", "nft", "--check", rules], { encoding: "utf8" });
  expect([read.status, read.stderr]).toEqual([0, ""]);
});
