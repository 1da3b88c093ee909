import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MachineState } from "../../machine/state";
import { stackWith, stateOf, type Registered } from "./program";

const folder = mkdtempSync(join(tmpdir(), "ringo-units-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** All states of a stack with every option. */
let states: MachineState[];
let commands: Registered[];
beforeAll(async () => {
  const { resources } = await stackWith({ sentry: { organization: "ringo", project: "backend" }, sentryAuthToken: "not-a-token-of-sentry" });
  commands = resources.filter(({ type }) => type === "command:remote:Command");
  states = commands.map(stateOf);
});

test("no two services of a machine share a user, nor what the firewall and the files of one let him do", () => {
  const services = new Map<string, Set<string>>();
  for (const command of commands) {
    for (const { path, content } of stateOf(command).files) {
      const [, service] = /^\/etc\/systemd\/system\/([^/]+\.service)(\.d\/ringo\.conf)?$/.exec(path) ?? [];
      const [, user] = /^User=(.+)$/m.exec(content) ?? [];
      if (service === undefined || user === undefined) continue;
      // A machine's states are called by its name and what they are.
      const key = `${command.name.replace(/-[a-z]+$/, "")}: ${user}`;
      services.set(key, (services.get(key) ?? new Set()).add(service));
    }
  }
  expect([...services.keys()]).toEqual(expect.arrayContaining(["monitor: prometheus", "data: prometheus-postgres-exporter", "edge: mtail", "api-1: prometheus-node-exporter", "worker-0: ringo-media"]));
  expect([...services].filter(([, those]) => those.size > 1)).toEqual([]);
});

test("each service's user is declared with it", () => {
  const undeclared = states.flatMap(({ files, users }) => files.flatMap(({ path, content }) => {
    const names = path.startsWith("/etc/systemd/system/") ? [...content.matchAll(/^User=(.+)$/gm)].map(([, name]) => name) : [];
    return names.filter((name) => !users.some((user) => user.name === name)).map((name) => `${path}: ${name}`);
  }));
  expect(undeclared).toEqual([]);
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
    // One that only counts from its service's last run would never start.
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

test("every setting of systemd's is in a section: it passes over what is in none", () => {
  const files = states.flatMap((state) => state.files).filter(({ path }) => path.startsWith("/etc/systemd/"));
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter(({ content }) => !/^([#;].*\n|\n)*\[[A-Z]\w+\]\n/.test(content)).map(({ path }) => path)).toEqual([]);
});
