import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgres, type PostgresOptions } from "../../../machine/data/postgres";
import { redis } from "../../../machine/data/redis";
import type { Fragment } from "../../../machine/state";
import { bin } from "../cluster";

const options: PostgresOptions = {
  listenAddress: "10.0.0.5", allowedCidr: "10.0.0.0/24", roles: [{ name: "ringo", database: "orders", password: "made-up-password" }],
  memoryMiB: 2048, vcpus: 2, clients: 20, tls: { certificate: "certificate", key: "made-up-key" }, dataDirectory: "/srv/data/postgresql",
};
const database = postgres(options);
const broker = redis({ listenAddress: "10.0.0.5", maxMemoryMiB: 256, dataDirectory: "/srv/data/redis", password: "made-up-one", operatorPassword: "made-up-two" });
const content = (fragment: Fragment, path: string): string => fragment.files!.find((file) => file.path === path)!.content;
const hour = 3600;

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ringo-data-")); });
afterEach(() => rmSync(root, { recursive: true }));

describe("PostgreSQL, by what it makes of its file", () => {
  /** A figure is in the setting's own unit. */
  const made = (name: string): string => {
    const file = join(root, "postgresql.conf");
    mkdirSync(join(root, "conf.d"), { recursive: true });
    writeFileSync(file, content(database, "/etc/postgresql/17/main/postgresql.conf"));
    return execFileSync(join(bin, "postgres"), ["-C", name, `--config-file=${file}`], { encoding: "utf8", stdio: "pipe" }).trim();
  };

  test("ends a transaction that its client has forgotten, and whose locks would keep others waiting for ever", () => {
    const milliseconds = Number(made("idle_in_transaction_session_timeout"));
    expect(milliseconds).toBeGreaterThan(0); // 0 is for ever
    expect(milliseconds).toBeLessThan(hour * 1000);
  });

  test("listens to the stack's network alone, speaks no broken TLS, and keeps passwords as SCRAM's verifiers", () => {
    expect(["listen_addresses", "ssl", "password_encryption"].map(made)).toEqual(["10.0.0.5", "on", "scram-sha-256"]);
    expect(["TLSv1.2", "TLSv1.3"]).toContain(made("ssl_min_protocol_version"));
  });

  test("says who waited for a lock and what spilled to the disk, and counts all statements", () => {
    expect(["log_lock_waits", "shared_preload_libraries"].map(made)).toEqual(["on", "pg_stat_statements"]);
    expect(Number(made("log_temp_files"))).toBeGreaterThan(0); // 0 is all, -1 none
  });
});

test("a start of PostgreSQL that has hours of WAL to replay is cut off by nobody", () => {
  const [, patience] = /--timeout=(\d+)/.exec(content(database, "/etc/postgresql/17/main/pg_ctl.conf"))!;
  expect(Number(patience)).toBeGreaterThan(6 * hour);
  expect(content(database, "/etc/systemd/system/postgresql@17-main.service.d/ringo.conf")).toMatch(/^TimeoutStartSec=infinity$/m);
});

test("PostgreSQL is started anew where one of its settings waits for that, and only there", () => {
  const { unless } = database.steps!.find(({ name }) => name.includes("need a restart"))!;
  const waiting = (count: number) => spawnSync("sh", ["-ec", `sleep() { :; }; runuser() { echo ${count}; }\n${unless}`]).status === 1;
  expect([waiting(0), waiting(2)]).toEqual([false, true]);
});

test("a cluster that comes from elsewhere is taken as it is, and none is made over it", () => {
  const { command } = postgres({ ...options, origin: `install -d ${root}/data; echo 17 > ${root}/data/PG_VERSION`, dataDirectory: join(root, "data") }).steps!.find(({ name }) => name === "PostgreSQL cluster")!;
  const { status } = spawnSync("sh", ["-ec", `runuser() { touch ${root}/initdb; }\n${command}`]);
  expect(status).toBe(0);
  expect(readFileSync(join(root, "data/PG_VERSION"), "utf8")).toBe("17\n");
  expect(existsSync(join(root, "initdb"))).toBe(false);
});

test("Redis keeps within its memory and on the volume, loses a second at most, and listens to the stack's network alone", () => {
  const settings = new Map(content(broker, "/etc/redis/redis.conf").split("\n").filter((line) => /^[a-z]/.test(line)).map((line) => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1)]));
  expect(Object.fromEntries(settings)).toMatchObject({ maxmemory: "256mb", dir: "/srv/data/redis", appendfsync: "everysec", bind: "127.0.0.1 10.0.0.5" });
  // With the first on, it would refuse the workers; with the others, it would run what somebody gives it.
  expect(["protected-mode", "enable-debug-command", "enable-module-command"].map((name) => settings.get(name))).toEqual(["no", "no", "no"]);
  expect(Number(settings.get("tcp-keepalive"))).toBeGreaterThan(0);
  // A fork of all its memory, for a snapshot, is refused by no kernel.
  expect(content(broker, "/etc/sysctl.d/60-ringo-redis.conf")).toMatch(/^-vm\.overcommit_memory = 1$/m);
});

describe.each([
  ["PostgreSQL", database, "postgres", "/srv/data/postgresql", "/etc/systemd/system/postgresql@17-main.service.d/ringo.conf"],
  ["Redis", broker, "redis", "/srv/data/redis", "/etc/systemd/system/redis-server.service.d/ringo.conf"],
])("%s", (name, fragment, user, data, dropIn) => {
  test("comes up by itself at a boot: after its volume, and before its address if need be", () => {
    expect(content(fragment, dropIn)).toMatch(new RegExp(`^RequiresMountsFor=${data}$`, "m"));
    expect(fragment.files!.filter(({ path, content: text }) => path.startsWith("/etc/sysctl.d/") && /^-net\.ipv4\.ip_nonlocal_bind = 1$/m.test(text))).toHaveLength(1);
    const start = fragment.files!.find(({ path }) => path.endsWith("/start.conf"));
    expect(start?.content ?? "auto\n").toBe("auto\n");
  });

  test("is given its files when a volume comes from a machine that numbered its users otherwise, however deep they are", () => {
    const step = fragment.steps!.find((each) => each.name === `${name}'s files are its own`)!;
    // To give a file away takes root: here a stranger's is one that is called so.
    const here = (command: string): string => command.replaceAll(data, root).replaceAll(`-user ${user}`, "-name stranger").replaceAll("! -name", "-name");
    const run = (command: string) => spawnSync("sh", ["-ec", `chown() { [ "$1 $2" = "-R ${user}:${user}" ] && find "$3" -name stranger -delete; }\n${here(command)}`]).status;
    expect(run(step.unless!)).toBe(0);
    mkdirSync(join(root, "base/16384"), { recursive: true });
    writeFileSync(join(root, "base/16384/stranger"), "");
    expect(run(step.unless!)).not.toBe(0);
    expect([run(step.command), run(step.unless!)]).toEqual([0, 0]);
  });
});
