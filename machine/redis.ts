import { createHash } from "node:crypto";
import type { Fragment } from "./state";

export interface RedisOptions {
  /** The machine's private address; loopback is listened on, too. */
  listenAddress: string;
  /** Of user `ringo`, the application. */
  password: string;
  /** Of user `operator`, who may do everything: dashboards, diagnosis, reloading these users. */
  operatorPassword: string;
  /** What data may take; a write beyond it is refused, never another key dropped. */
  maxMemoryMiB: number;
  /** On the volume. @default "/srv/data/redis" */
  dataDirectory?: string;
}

const conf = "/etc/redis/redis.conf";
const acl = "/etc/redis/users.acl";
const dropIn = "/etc/systemd/system/redis-server.service.d/ringo.conf";
const sysctl = "/etc/sysctl.d/60-ringo-redis.conf";
const password = (user: string): string => `/etc/ringo/redis/${user}.password`;

/**
 * Redis 8 as Celery's broker and result store: users by ACL, nothing evicted, every write in the append-only file within a second.
 * @throws on a password that would need quoting on its way.
 */
export function redis(options: RedisOptions): Fragment {
  for (const word of [options.password, options.operatorPassword]) {
    if (!/^[A-Za-z0-9._~-]+$/.test(word)) throw new Error("a Redis password may hold only A-Z a-z 0-9 . _ ~ -: it is part of a URL");
  }
  const data = options.dataDirectory ?? "/srv/data/redis";
  const readable = { group: "redis", mode: "0640" };
  const secret = { mode: "0600", secret: true };
  return {
    packages: ["redis-server", "redis-tools"],
    directories: [
      { path: "/etc/ringo/redis", mode: "0700" },
      { path: data, mode: "0750", owner: "redis", group: "redis" },
    ],
    files: [
      { path: conf, content: configuration(options, data), ...readable },
      { path: acl, content: users(options), ...readable, secret: true },
      { path: password("ringo"), content: `${options.password}\n`, ...secret },
      { path: password("operator"), content: `${options.operatorPassword}\n`, ...secret },
      // Debian's unit sees all but its own directories read-only.
      { path: dropIn, content: `[Unit]\nRequiresMountsFor=${data}\nWants=network-online.target\nAfter=network-online.target\n\n[Service]\nReadWritePaths=${data}\n` },
      // Memory for the fork that writes a snapshot; and the private address may come up after the unit.
      { path: sysctl, content: "-vm.overcommit_memory = 1\n-net.ipv4.ip_nonlocal_bind = 1\n" },
    ],
    steps: [
      { name: "kernel settings for Redis", onChange: [sysctl], command: `/usr/lib/systemd/systemd-sysctl ${sysctl}` },
      {
        // A new machine may number its users differently from the one that wrote the volume.
        name: "Redis's files are its own",
        unless: `test -z "$(find ${data} ! -user redis -print -quit)"`,
        command: `chown -R redis:redis ${data}`,
      },
      {
        // Read in while Redis runs, unless the operator's password is among what changed.
        name: "Redis users",
        when: "after-units",
        onChange: [acl],
        unless: works(options.listenAddress),
        command: `${ask("operator", "127.0.0.1", "ACL LOAD")} | grep -c '^OK' | grep -qx 2 || systemctl restart redis-server`,
      },
    ],
    units: [{ name: "redis-server.service", restartOn: [conf, dropIn] }],
    checks: [
      { name: "Redis takes a write from its user", command: works(options.listenAddress) },
      {
        name: "Redis refuses all others",
        command: `printf 'PING\\nGET x\\n' | redis-cli -h ${options.listenAddress} | tr '\\n' ' ' | grep -q '^PONG NOPERM'`,
      },
    ],
    secrets: [options.password, options.operatorPassword],
  };
}

/** The password on stdin: neither arguments nor environment of a process show it. */
const ask = (user: string, address: string, command: string): string =>
  `{ printf 'AUTH ${user} '; cat ${password(user)}; echo '${command}'; } | redis-cli -h ${address}`;

const works = (address: string): string => `${ask("ringo", address, "SET ringo:check 1 EX 10")} | grep -c '^OK' | grep -qx 2`;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * The default user exists for the application's health check, which pings without credentials. The application may do
 * what Celery does and read `INFO`, but neither list all keys, drop databases, nor reconfigure the server.
 */
const users = (options: RedisOptions): string => `user default on nopass resetkeys resetchannels -@all +ping +hello +client|setinfo +client|setname
user ringo on #${sha256(options.password)} ~* &* +@all -@dangerous +info
user operator on #${sha256(options.operatorPassword)} ~* &* +@all
`;

const configuration = ({ listenAddress, maxMemoryMiB }: RedisOptions, data: string): string => `bind ${listenAddress} 127.0.0.1
port 6379
# With it on, Redis refuses everyone remote because the default user has no password, and a worker never recovers.
protected-mode no
aclfile ${acl}
acllog-max-len 128
dir ${data}
pidfile /run/redis/redis-server.pid
logfile ""
loglevel notice
tcp-keepalive 60
maxmemory ${maxMemoryMiB}mb
maxmemory-policy noeviction
appendonly yes
appendfsync everysec
save 3600 1 300 100 60 10000
enable-debug-command no
enable-module-command no
`;
