import { createHash } from "node:crypto";
import { unreserved } from "../content";
import type { Fragment } from "../state";

export interface RedisOptions {
  /** The machine's private address; loopback is listened on, too. */
  listenAddress: string;
  /** Of user `ringo`: workers, and a release's trial worker. */
  password: string;
  /** Of user `operator`, who may do everything: dashboards, diagnosis, reloading these users. */
  operatorPassword: string;
  /** Further users and their permissions, as Redis ACLs. @default none */
  users?: { name: string; password: string; rules: string }[];
  /** Memory limit of data; writes beyond it are refused, and nothing is evicted. */
  maxMemoryMiB: number;
  /** On the volume. */
  dataDirectory: string;
}

const conf = "/etc/redis/redis.conf";
const acl = "/etc/redis/users.acl";
const dropIn = "/etc/systemd/system/redis-server.service.d/ringo.conf";
const sysctl = "/etc/sysctl.d/60-ringo-redis.conf";
const usersScript = "/usr/local/lib/ringo/redis-users";
/** The operator's password that the running Redis has. */
export const operatorInForce = "/etc/ringo/redis/operator.in-force";
/** All passwords of the file's users since the former ones were last removed, as ACL commands: Redis itself does not store them. */
const known = "/etc/ringo/redis/known";
const password = (user: string): string => `/etc/ringo/redis/${user}.password`;

/**
 * Redis 8 as Celery's broker and result store: users by ACL, nothing evicted, every write in the append-only file within a second.
 * @throws on a password that would need quoting on its way.
 */
export function redis(options: RedisOptions): Fragment {
  const secrets = [options.password, options.operatorPassword, ...(options.users ?? []).map((user) => user.password)];
  for (const word of secrets) {
    if (!unreserved.test(word)) throw new Error("a Redis password may contain only A-Z a-z 0-9 . _ ~ -: it is part of a URL");
  }
  const data = options.dataDirectory;
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
      // To Debian's unit everything except its own directories is read-only.
      { path: dropIn, content: `[Unit]\nRequiresMountsFor=${data}\nWants=network-online.target\nAfter=network-online.target\n\n[Service]\nReadWritePaths=${data}\nExecStartPost=+${usersScript}\n` },
      { path: usersScript, content: applyUsers, mode: "0755" },
      // Memory for the fork that writes a snapshot; and the private address may appear after the unit starts.
      { path: sysctl, content: "-vm.overcommit_memory = 1\n-net.ipv4.ip_nonlocal_bind = 1\n" },
    ],
    steps: [
      { name: "kernel settings for Redis", onChange: [sysctl], command: `/usr/lib/systemd/systemd-sysctl ${sysctl}` },
      {
        // A new machine may have other user ids than the one that wrote the volume.
        name: "Redis's files are its own",
        unless: `test -z "$(find ${data} ! -user redis -print -quit)"`,
        command: `chown -R redis:redis ${data}`,
      },
      {
        // Loaded while Redis runs, unless the operator's password has changed, too.
        name: "Redis users",
        when: "after-units",
        onChange: [acl, usersScript],
        unless: `${works(options.listenAddress)} && ${closed(options.listenAddress)}`,
        command: `${usersScript} --load || systemctl restart redis-server`,
      },
    ],
    units: [{ name: "redis-server.service", restartOn: [conf, dropIn] }],
    checks: [
      { name: "Redis takes a write from its user", command: works(options.listenAddress) },
      { name: "Redis lets others ping and nothing more", command: closed(options.listenAddress) },
    ],
    secrets,
  };
}

/**
 * Removes former passwords. To be applied when all clients have the new ones.
 * @param passwords whatever differs when the passwords do
 */
export function forgetFormer(passwords: string[]): Fragment {
  const path = "/etc/ringo/redis/passwords";
  return {
    files: [{ path, content: `${sha256(passwords.join("\n"))}\n`, mode: "0600" }],
    steps: [{ name: "former Redis passwords end", when: "after-units", onChange: [path], command: `${usersScript} --forget` }],
  };
}

/** The password is passed on stdin: it is in no process's arguments or environment. */
const works = (address: string): string =>
  `{ printf 'AUTH ringo '; cat ${password("ringo")}; echo 'SET ringo:check 1 EX 10'; } | redis-cli -h ${address} | grep -c '^OK' | grep -qx 2`;

const closed = (address: string): string =>
  `printf 'PING\\nGET x\\n' | redis-cli -h ${address} | tr '\\n' ' ' | grep -q '^PONG NOPERM'`;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A Redis ACL: everything that Celery does, and `INFO`; but not listing all keys, dropping databases or reconfiguring the server. */
export const asCelery = "~* &* +@all -@dangerous +info";

/**
 * The default user can do everything but not log in: Redis 8.0 replays transactions from its
 * append-only file with that user's permissions, and drops what they do not allow (redis issue 14541). Once the file is
 * loaded, `usersScript` restricts the user to what clients without credentials may do.
 */
const users = (options: RedisOptions): string => `user default off resetpass ~* &* +@all
user ringo on #${sha256(options.password)} ${asCelery}
user operator on #${sha256(options.operatorPassword)} ~* &* +@all
${(options.users ?? []).map(({ name, password: of, rules }) => `user ${name} on #${sha256(of)} resetkeys resetchannels -@all ${rules}\n`).join("")}`;

/** The application's health check pings without credentials. */
const defaultUser = "on nopass resetkeys resetchannels -@all +ping +hello +client|setinfo +client|setname";

const applyUsers = `#!/bin/sh
# Run when Redis has loaded its data: allows clients without credentials to ping. With --load it reloads the users file first. Either
# way users with a new password keep the former one, too, until --forget.
set -eu
umask 077
load=
[ -z "\${1:-}" ] || load='ACL LOAD'
[ "\${1:-}" != --forget ] || rm -f ${known}
touch ${known}
awk '$1 == "user" && $2 != "default" { there[$2] = 1; for (i = 3; i <= NF; i++) if ($i ~ /^#/) print "ACL SETUSER", $2, $i }
    $1 == "ACL" && there[$3]' ${acl} ${known} | sort -u > ${known}.new
mv ${known}.new ${known}
# Redis gets the operator's new password only with the file: the former one is tried, too.
answers=$({
    for file in ${operatorInForce} ${password("operator")}; do [ ! -e $file ] || { printf 'AUTH operator '; cat $file; }; done
    printf '%s\n' "$load" 'ACL SETUSER default ${defaultUser}'
    cat ${known}
} | redis-cli -h 127.0.0.1)
case $(echo "$answers" | grep -v WRONGPASS) in
    *ERR*|*NOAUTH*|*NOPERM*) echo 'Redis did not accept its users' >&2; exit 1 ;;
esac
install -m 0600 ${password("operator")} ${operatorInForce}
`;

const configuration = ({ listenAddress, maxMemoryMiB }: RedisOptions, data: string): string => `bind 127.0.0.1 ${listenAddress}
port 6379
# With it on, Redis refuses everyone remote because the default user has no password, and a worker never recovers.
protected-mode no
aclfile ${acl}
dir ${data}
pidfile /run/redis/redis-server.pid
tcp-keepalive 60
maxmemory ${maxMemoryMiB}mb
maxmemory-policy noeviction
appendonly yes
appendfsync everysec
save 3600 1 300 100 60 10000
# Everything is in the append-only file, too: a failed snapshot is reported, but no reason to refuse every write.
stop-writes-on-bgsave-error no
# Nor one not to stop: if it insisted on a snapshot first and none were possible, it would run until killed.
shutdown-on-sigterm nosave
enable-debug-command no
enable-module-command no
`;
