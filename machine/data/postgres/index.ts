import { bin, etc, logZone, unit, version } from "./cluster";
import { othersRefused, type Owner } from "./names";
import { hostLines, operator, psql, roles, rolesSql, type PostgresRole } from "./roles";
import { tuning } from "./tuning";
import type { Check, File, Fragment, Step } from "../../state";

export { psql };

export interface PostgresOptions {
  /** The machine's private address. */
  listenAddress: string;
  /** The only network whose machines may log in. */
  allowedCidr: string;
  roles: PostgresRole[];
  /** Roles that log in only on this machine, without a password, as their system user. @default none */
  peers?: { role: string; database: string; systemUser: string }[];
  /** The machine's memory, from which PostgreSQL's own is derived. */
  memoryMiB: number;
  vcpus: number;
  /** PEM. */
  tls: { certificate: string; key: string };
  /** Maximum number of concurrent connections. */
  clients: number;
  /** On the volume. An existing cluster there is used. */
  dataDirectory: string;
  /** Command run first if there is no cluster: it may put one into the data directory, or refuse a new one by failing. */
  origin?: string;
  /** Further settings, or overrides of ours. */
  settings?: Record<string, string>;
}

const dropIn = `/etc/systemd/system/${unit}.d/ringo.conf`;
const sysctl = "/etc/sysctl.d/60-ringo-postgresql.conf";

/**
 * PostgreSQL 17 on the data volume: TLS, SCRAM, one database a role, tuned from the machine's size. Further fragments
 * put settings into `conf.d`, and reload or restart the unit by a step.
 * @throws on names or passwords that would need quoting somewhere.
 */
export function postgres(options: PostgresOptions): Fragment {
  const data = options.dataDirectory;
  const own = roles(options.roles, options.listenAddress);
  const readable = { group: "postgres", mode: "0640" };
  const conf: File[] = [
    { path: `${etc}/postgresql.conf`, content: configuration(options, data), ...readable },
    { path: `${etc}/pg_hba.conf`, content: hostBasedAuthentication(options), ...readable },
    { path: `${etc}/pg_ident.conf`, content: identities(options), ...readable },
    { path: `${etc}/server.crt`, content: options.tls.certificate, ...readable },
    { path: `${etc}/server.key`, content: options.tls.key, ...readable, secret: true },
  ];
  const files: File[] = [
    ...conf,
    { path: `${etc}/start.conf`, content: "auto\n", ...readable },
    // A start may finish a restore, with hours of WAL to replay.
    { path: `${etc}/pg_ctl.conf`, content: "pg_ctl_options = '--timeout=86400'\n", ...readable },
    { path: dropIn, content: `[Unit]\nRequiresMountsFor=${data}\nWants=network-online.target\nAfter=network-online.target\n\n[Service]\nTimeoutStartSec=infinity\n` },
    // Otherwise at boot it would silently listen only on the existing addresses.
    { path: sysctl, content: "-net.ipv4.ip_nonlocal_bind = 1\n" },
    ...own.files,
  ];
  return {
    ...packages,
    directories: [
      { path: "/etc/ringo/postgresql", mode: "0700" },
      { path: `${etc}/conf.d` },
      { path: data, mode: "0700", owner: "postgres", group: "postgres" },
    ],
    files,
    steps: [...packages.steps!, ...steps(options, data, conf, own.logins)],
    // Debian's own unit controls all clusters of a machine, also at a shutdown.
    units: [{ name: unit, restartOn: [dropIn], reloadOn: conf.map((f) => f.path) }, { name: "postgresql.service" }],
    checks: checks(own.logins),
    secrets: [...own.secrets, options.tls.key],
  };
}

/** PostgreSQL without a default cluster: ours is on the volume. */
const packages: Fragment = {
  packages: [`postgresql-${version}`],
  steps: [{
    name: "no PostgreSQL cluster off the volume",
    when: "before-packages",
    unless: "test -e /etc/postgresql-common/createcluster.d/ringo.conf",
    command: `install -d /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/ringo.conf`,
  }],
};

/** Applied before the machine's role. A running server is asked first: nothing, not even its exporter, may be configured with names that it does not have. */
export const postgresPreparation = (roles: Owner[]): Fragment => ({ ...packages, steps: [...packages.steps!, othersRefused(roles, psql)] });

/** A check that a role can log in. */
interface Login { name: string; works: string }

function steps(options: PostgresOptions, data: string, conf: File[], logins: Login[]): Step[] {
  return [
    { name: "addresses for PostgreSQL", onChange: [sysctl], command: `/usr/lib/systemd/systemd-sysctl ${sysctl}` },
    {
      // A new machine may have other user ids than the one that wrote the volume.
      name: "PostgreSQL's files are its own",
      unless: `test -z "$(find ${data} ! -user postgres -print -quit)"`,
      command: `chown -R postgres:postgres ${data}`,
    },
    {
      name: "PostgreSQL cluster",
      unless: `test -s ${data}/PG_VERSION`,
      command: `${options.origin ?? ":"}\n${newCluster(data)}`,
      timeoutSeconds: 6 * 3600, // from backups it depends on the amount of data
    },
    {
      name: "PostgreSQL configuration",
      onChange: [conf[0].path],
      command: `cd /
runuser -u postgres -- ${bin}/postgres -C data_directory --config-file=${etc}/postgresql.conf >/dev/null`,
    },
    {
      name: "PostgreSQL has recovered",
      when: "after-units",
      unless: recovered,
      command: `until ${recovered}; do systemctl is-active --quiet ${unit}; sleep 1; done`,
      timeoutSeconds: 6 * 3600,
    },
    {
      // A reload applies what it can; only the server knows what needs a restart. By reading pg_file_settings, a session compares the
      // files itself, and so does not depend on whether the server has processed the reload yet.
      name: "PostgreSQL settings that need a restart",
      when: "after-units",
      unless: `test "$(${psql} -c 'SELECT count(*) FROM pg_file_settings' -c 'SELECT count(*) FROM pg_settings WHERE pending_restart' | tail -n 1)" = 0`,
      command: `systemctl restart ${unit}`,
    },
    {
      name: "PostgreSQL roles",
      when: "after-units",
      onChange: [rolesSql],
      unless: logins.map(({ works }) => works).join(" && ") || "true",
      command: `${psql} < ${rolesSql}`,
    },
  ];
}

const recovered = `test "$(${psql} -c 'SELECT pg_is_in_recovery()')" = f`;

/** The built-in locale sorts the same with every C library, since the volume may move to a newer system. */
const newCluster = (data: string): string => `test ! -s ${data}/PG_VERSION || exit 0
cd /
rm -rf ${data}.new
install -d -m 0700 -o postgres -g postgres ${data}.new
runuser -u postgres -- ${bin}/initdb --pgdata=${data}.new --data-checksums --encoding=UTF8 --locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256
mv -T ${data}.new ${data}`;

function checks(logins: Login[]): Check[] {
  return [
    {
      name: "PostgreSQL's files are valid and its pages have checksums",
      command: `test "$(${psql} -c "SELECT (SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL) + (SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL) + (current_setting('data_checksums') <> 'on')::int")" = 0`,
    },
    ...logins.map(({ name, works }) => ({ name, command: works })),
  ];
}

/** The given roles, and the login roles of each owner. */
const peersOf = ({ roles: owners, peers = [] }: PostgresOptions) =>
  [...peers, ...owners.map(({ database }) => ({ role: operator.name, database, systemUser: operator.systemUser }))];

const identities = (options: PostgresOptions): string =>
  [...new Set(peersOf(options).map(({ role, systemUser }) => `peers ${systemUser} ${role}\n`))].join("");

const hostBasedAuthentication = (options: PostgresOptions): string =>
  [
    "local all postgres peer",
    ...peersOf(options).map(({ role, database }) => `local "${database}" "${role}" peer map=peers`),
    ...hostLines(options.roles, options.allowedCidr),
  ].map((line) => `${line}\n`).join("");

function configuration(options: PostgresOptions, data: string): string {
  const settings: Record<string, string> = {
    data_directory: data,
    hba_file: `${etc}/pg_hba.conf`,
    ident_file: `${etc}/pg_ident.conf`,
    external_pid_file: `/run/postgresql/${version}-main.pid`,
    unix_socket_directories: "/run/postgresql",
    cluster_name: `${version}/main`,
    listen_addresses: options.listenAddress,
    port: "5432",
    ssl: "on",
    ssl_cert_file: `${etc}/server.crt`,
    ssl_key_file: `${etc}/server.key`,
    ssl_min_protocol_version: "TLSv1.2",
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: logZone,
    ...tuning({ memoryMiB: options.memoryMiB, vcpus: options.vcpus, clients: options.clients }),
    // Which statements are slow is counted without their values; the log has those over half a second. Values are
    // personal data: no parameters, no statement of an error, no detail that quotes a row.
    shared_preload_libraries: "pg_stat_statements",
    log_min_duration_statement: "500ms",
    log_parameter_max_length: "0",
    log_parameter_max_length_on_error: "0",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_statement: "none",
    log_line_prefix: "%m [%p] %q%u@%d %h ",
    log_lock_waits: "on",
    log_temp_files: "10MB",
    log_autovacuum_min_duration: "1s",
    idle_in_transaction_session_timeout: "10min",
    // Otherwise a killed process's statement would run to its end, and keep its locks.
    client_connection_check_interval: "10s",
    ...options.settings,
  };
  const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}\n`);
  return `${lines.join("")}include_dir = 'conf.d'\n`;
}
