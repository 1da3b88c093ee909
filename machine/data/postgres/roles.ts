/**
 * A database's owner, and its login roles. Two login roles alternate, so that a new password is valid before the
 * application has it, and the former one until nobody uses it.
 */
import type { File, Fragment } from "../../state";
import { refuseOthers, type Owner } from "./names";
import { scramVerifier } from "./scram";

/** A role that the application logs in as, and its database. */
export interface PostgresRole extends Owner {
  /** Only `A-Z a-z 0-9 . _ ~ -`. A changed one is set on the current login role. */
  password: string;
  /** Number of the password, counting all so far. @default 1 */
  generation?: number;
}

const directory = "/etc/ringo/postgresql";
const pgpass = `${directory}/pgpass`;
export const rolesSql = `${directory}/roles.sql`;
const formerSql = `${directory}/former.sql`;

/**
 * Runs a statement, or a script on standard input, as the superuser; a database's name may follow. Fails at the first error. Names are
 * looked up in `pg_catalog`, whatever search path a database's owner has set.
 */
export const psql = "cd / && PGOPTIONS=-csearch_path=pg_catalog runuser -u postgres -- psql -X -q -At -v ON_ERROR_STOP=1";

/**
 * The role to inspect and correct an application's data with: only on this machine, as the system user `postgres`, and with no more rights than
 * the owner's. The superuser must not: a trigger, a default or an index of the application runs as its user, and a
 * superuser after `SET ROLE` is one `RESET ROLE` away from being superuser again.
 */
export const operator = { name: "operator", systemUser: "postgres" };

/** The login role with the password of this generation. What it creates belongs to the role `name`. */
export const loginName = (name: string, generation = 1): string => (generation % 2 === 1 ? name : `${name}_b`);

/** The roles' files and steps, and a check of each. @throws on names or passwords that would need quoting somewhere. */
export function roles(all: PostgresRole[], address: string) {
  for (const { name, database } of all) {
    for (const word of [name, database]) {
      if (!/^[a-z_][a-z0-9_]{0,60}$/.test(word)) throw new Error(`not a valid name for a role or database: ${JSON.stringify(word)}`);
    }
  }
  const verifiers = all.map((role) => scramVerifier(loginName(role.name, role.generation), role.password));
  const secret = { mode: "0600", secret: true };
  const files: File[] = [
    { path: pgpass, content: all.map((role) => `${address}:5432:${role.database}:${loginName(role.name, role.generation)}:${role.password}\n`).join(""), ...secret },
    { path: rolesSql, content: [refuseOthers(all), general, ...all.map((role, i) => roleSql(role, verifiers[i]))].join("\n"), ...secret },
  ];
  return {
    files,
    secrets: [...all.map(({ password }) => password), ...verifiers],
    logins: all.flatMap((role) => [
      { name: `role ${loginName(role.name, role.generation)} logs in over TLS`, works: login(address, role) },
      { name: `role ${operator.name} stands for ${role.name}`, works: `test "$(${psql} -U ${operator.name} ${role.database} -c 'SELECT current_user')" = ${role.name}` },
    ]),
  };
}

/** Disables a former password. To be applied when the application has this generation's everywhere. */
export function endFormer({ name, generation = 1 }: Pick<PostgresRole, "name" | "generation">): Fragment {
  const former = loginName(name, generation + 1);
  const when = `FROM pg_roles WHERE rolname = '${former}'`;
  return {
    // Kept for a restore, which may bring back the former password.
    files: [{
      path: formerSql,
      content: `-- Generation ${generation}.
SELECT 'ALTER ROLE "${former}" NOLOGIN PASSWORD NULL' ${when} \\gexec
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${former}';
`,
      mode: "0600",
    }],
    steps: [{
      name: "the former PostgreSQL password ends",
      when: "after-units",
      onChange: [formerSql],
      unless: `test -z "$(${psql} -c "SELECT rolname ${when} AND rolcanlogin")"`,
      command: `${psql} < ${formerSql} > /dev/null`,
    }],
  };
}

/** Lines of `pg_hba.conf`, for the current and the former login role. */
export const hostLines = (all: PostgresRole[], cidr: string): string[] => all.flatMap(({ name, database }) =>
  [1, 2].map((generation) => `hostssl "${database}" "${loginName(name, generation)}" ${cidr} scram-sha-256`));

/** Like the application, only over TLS; the password comes from a root-only file. */
const login = (address: string, { name, database, generation }: PostgresRole): string =>
  `test "$(PGPASSFILE=${pgpass} psql -X -w -At -c 'SELECT current_user' "host=${address} user=${loginName(name, generation)} dbname=${database} sslmode=require connect_timeout=5")" = ${name}`;

const harmless = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";

const made = (role: string): string => `SELECT 'CREATE ROLE "${role}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') \\gexec\n`;

/** A role's setting overrides a database's, which its owner may choose: also for a superuser who logs in by hand. */
const general = `ALTER ROLE postgres SET search_path = pg_catalog;
${made(operator.name)}ALTER ROLE "${operator.name}" LOGIN ${harmless} PASSWORD NULL;
`;

/** Other login roles are left as they are, since one may have the former password. */
function roleSql({ name, database, generation }: PostgresRole, verifier: string): string {
  const user = loginName(name, generation);
  const owner = user === name ? "" : `${made(name)}ALTER ROLE "${name}" ${harmless};\n`;
  const asOwner = user === name ? "" : `GRANT "${name}" TO "${user}";\nALTER ROLE "${user}" SET role = '${name}';\n`;
  return `${owner}${made(user)}ALTER ROLE "${user}" LOGIN ${harmless} PASSWORD '${verifier}';
${asOwner}SELECT 'CREATE DATABASE "${database}" OWNER "${name}"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}') \\gexec
REVOKE ALL ON DATABASE "${database}" FROM PUBLIC;
GRANT "${name}" TO "${operator.name}";
ALTER ROLE "${operator.name}" IN DATABASE "${database}" SET role = '${name}';
`;
}
