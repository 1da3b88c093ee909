import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MachineState } from "../../machine/state";
import { stackWith, stateOf } from "./program";

const folder = mkdtempSync(join(tmpdir(), "ringo-units-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** All states of a stack that has everything. */
let states: MachineState[];
beforeAll(async () => {
  const { resources } = await stackWith({ sentry: { organization: "ringo", project: "backend" }, sentryAuthToken: "not-a-token-of-sentry" });
  states = resources.filter(({ type }) => type === "command:remote:Command").map(stateOf);
});

test("every service of ours is rated 3.0 or better", () => {
  const files = states.flatMap((state) => state.files);
  const units = new Map(files.flatMap(({ path, content }) => {
    const [, name, dropIn] = /^\/etc\/systemd\/system\/([^/]+\.service)(\.d\/ringo\.conf)?$/.exec(path) ?? [];
    // Of Debian's units those are ours that run what we say.
    return name !== undefined && (dropIn === undefined || /^ExecStart=./m.test(content)) ? [[name, content]] : [];
  }));
  expect([...units.keys()]).toEqual(expect.arrayContaining(["ringo-media.service", "ringo-backup@.service", "ringo-docker-prune.service", "ringo-integrity.service", "ringo-facts.service", "ringo-queueing.service", "ringo-sentry.service", "prometheus.service", "prometheus-node-exporter.service", "mtail.service"]));
  const paths = [...units].map(([name, content]) => {
    const path = join(folder, name.replace("@.", "@full."));
    writeFileSync(path, content);
    return path;
  });
  const { status, stdout, stderr } = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=30", "--no-pager", ...paths], { encoding: "utf8" });
  expect([status, stderr, stdout.match(/Overall exposure level.*/g)?.length]).toEqual([0, "", units.size]);
});

test("every long-running service of ours is restarted when a file that it reads at start changes", () => {
  const stale = states.flatMap((state) => state.units.flatMap(({ name, restartOn = [], reloadOn = [] }) => {
    const { content = "" } = state.files.find(({ path }) => path === `/etc/systemd/system/${name}`) ?? {};
    const read = content.match(/^(ExecStart|LoadCredential|EnvironmentFile)=.*$/gm) ?? [];
    const paths = /^Type=oneshot$/m.test(content) ? [] : state.files.map(({ path }) => path).filter((path) => read.some((line) => line.split(/[\s:="']/).includes(path)));
    return paths.filter((path) => ![...restartOn, ...reloadOn].includes(path)).map((path) => `${name}: ${path}`);
  }));
  expect(stale).toEqual([]);
});

test("a changed setting takes effect in Debian's services in the same update", () => {
  const read = {
    "nftables.service": "/etc/nftables.conf", "docker.service": "/etc/docker/daemon.json", "redis-server.service": "/etc/redis/redis.conf", "nginx.service": "/etc/nginx/nginx.conf",
    "postgresql@17-main.service": "/etc/postgresql/17/main/pg_hba.conf", "fail2ban.service": "/etc/fail2ban/jail.local", "systemd-sysctl.service": "/etc/sysctl.d/60-ringo.conf",
    "apt-daily-upgrade.timer": "/etc/systemd/system/apt-daily-upgrade.timer.d/ringo.conf", "logrotate.timer": "/etc/systemd/system/logrotate.timer.d/ringo.conf",
  };
  for (const [service, path] of Object.entries(read)) {
    const reads = states.filter(({ files }) => files.some((file) => file.path === path)).map(({ units }) => units.find(({ name }) => name === service));
    expect([service, new Set(reads.map((unit) => [...unit?.restartOn ?? [], ...unit?.reloadOn ?? []].includes(path)))]).toEqual([service, new Set([true])]);
  }
});

test("every timer of ours is started and enabled", () => {
  const timers = states.flatMap((state) => state.files.flatMap(({ path, content }) => {
    const [, name] = /^\/etc\/systemd\/system\/([^/]+\.timer)$/.exec(path) ?? [];
    const unit = state.units.find((each) => each.name === name);
    // One that counts only from its service's last run never begins.
    const begins = /^OnCalendar=./m.test(content) || (/^On(Boot|Active|Startup)Sec=./m.test(content) && /^OnUnit(Ina|A)ctiveSec=./m.test(content));
    return name === undefined ? [] : [{ name, runs: unit !== undefined && unit.enabled !== false && unit.running !== false, begins, changes: unit?.restartOn?.includes(path) ?? false }];
  }));
  expect(new Set(timers.map(({ name }) => name)).size).toBeGreaterThan(8);
  expect(timers.filter(({ runs, begins, changes }) => !runs || !begins || !changes)).toEqual([]);
});

test("every unit of ours that a machine is told to run is there again after a reboot", () => {
  const forgotten = states.flatMap((state) => state.units.filter(({ enabled }) => enabled !== false).flatMap(({ name }) => {
    const file = state.files.find(({ path }) => path === `/etc/systemd/system/${name}`);
    return file && !/^\[Install\]\n(.+\n)*WantedBy=\S/m.test(file.content) ? [name] : [];
  }));
  expect(forgotten).toEqual([]);
});
