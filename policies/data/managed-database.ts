import type { PolicyResource } from "@pulumi/policy";
import type { DatabaseUserArgs } from "@pulumi/digitalocean/databaseUser";
import { site, widerThan } from "../network/addresses";
import { type Named, nameOnly } from "../named";
import { ruleFor, type Rule } from "../rule";
import { eachKnown } from "../unknown";

const cluster = "digitalocean:index/databaseCluster:DatabaseCluster";
const replica = "digitalocean:index/databaseReplica:DatabaseReplica";
const firewall = "digitalocean:index/databaseFirewall:DatabaseFirewall";
const logsink = "digitalocean:index/databaseLogsinkRsyslog:DatabaseLogsinkRsyslog";
const logsearch = "digitalocean:index/databaseLogsinkOpensearch:DatabaseLogsinkOpensearch";

/** What answers by itself, and the output by which others name it. */
const idOf: Record<string, string> = { [cluster]: "id", [replica]: "uuid" };

const database: Named = { is: ({ type }) => type in idOf, id: ({ type, props }) => props[idOf[type]] };

/** Whether `part` was given the id of this cluster or replica. A replica tells its cluster's, too. */
const belongs = (part: PolicyResource, one: PolicyResource): boolean => nameOnly([one], database, part, "clusterId", [() => part.props.clusterId as unknown]);

export const managedDatabaseRules: Rule[] = [
  {
    name: "database-trusted-sources",
    of: Object.keys(idOf),
    chapter: "Data",
    severity: "critical",
    demands: "A managed database or cache, and each of its replicas, has trusted sources.",
    wrong: "Without trusted sources the whole internet can try the database's password; a replica has its own firewall, whatever its cluster's says.",
    fix: "add a DatabaseFirewall with the tags of the machines that need it: clusterId is the cluster's id, or the replica's uuid.",
    answers: ["database-databases-mysql-publically-exposed", "database-databases-postgres-trusted-sources"],
    *check(resources) {
      const firewalls = resources.filter(({ type }) => type === firewall);
      yield* eachKnown(resources.filter(database.is), function* (each) {
        if (!firewalls.some((of) => belongs(of, each))) yield { urn: each.urn, found: "it has no firewall" };
      });
    },
  },
  {
    name: "database-firewall-named",
    types: [firewall],
    chapter: "Data",
    severity: "critical",
    demands: "The trusted sources of a managed database are machines, or public ranges no wider than /24 (IPv4) or /48 (IPv6); the list is never empty.",
    wrong: "A firewall without rules, or with a wide one, lets much of the internet try the database's password.",
    fix: "name tags or droplets in rules.",
    answers: ["database-databases-mysql-publically-exposed", "database-databases-postgres-trusted-sources"],
    *check({ rules }) {
      if ((rules ?? []).length === 0) yield "it has no trusted source";
      for (const { type, value } of rules ?? []) {
        if (type === "ip_addr" && widerThan(site, [value]).length > 0) yield `it trusts ${value}`;
      }
    },
  },
  {
    name: "broker-keeps-tasks",
    types: [cluster, "digitalocean:index/databaseRedisConfig:DatabaseRedisConfig", "digitalocean:index/databaseValkeyConfig:DatabaseValkeyConfig"],
    chapter: "Data",
    severity: "high",
    demands: "Redis or Valkey evicts no keys, since it holds Celery's queues.",
    wrong: "When memory is short, tasks that were accepted disappear without an error.",
    fix: "set evictionPolicy (maxmemoryPolicy, valkeyMaxmemoryPolicy) to noeviction.",
    answers: ["database-databases-redis-evicition-policy"],
    *check({ engine, evictionPolicy, maxmemoryPolicy, valkeyMaxmemoryPolicy }) {
      if (engine !== undefined && !/^(redis|valkey)$/.test(engine)) return;
      const policy = evictionPolicy ?? maxmemoryPolicy ?? valkeyMaxmemoryPolicy;
      if (policy !== undefined && policy !== "noeviction") yield `its eviction policy is ${policy}`;
    },
  },
  {
    name: "database-tls",
    types: ["digitalocean:index/databaseRedisConfig:DatabaseRedisConfig", "digitalocean:index/databaseValkeyConfig:DatabaseValkeyConfig", logsink, logsearch],
    chapter: "Data",
    severity: "high",
    demands: "A managed cache is reached over TLS, and a managed database sends its logs over TLS.",
    wrong: "Anyone on the network path can read the password and the data, or the queries in the logs.",
    fix: "remove ssl from the cache's configuration, or set it to true; set tls: true on the log sink, or use an https endpoint.",
    answers: [],
    *check({ ssl, tls, endpoint }, { type }) {
      if (type === logsink && !tls) yield "tls is off";
      if (type === logsearch && !/^https:/i.test(endpoint)) yield "its endpoint is not HTTPS";
      if (ssl === false) yield "ssl is off";
    },
  },
  ruleFor<DatabaseUserArgs>("digitalocean:index/databaseUser:DatabaseUser", {
    name: "database-user-hash",
    chapter: "Data",
    severity: "medium",
    demands: "A MySQL user's password has a modern hash.",
    wrong: "`mysql_native_password` is SHA-1 without salt: a stolen table reveals the passwords.",
    fix: "set mysqlAuthPlugin to caching_sha2_password, or remove it.",
    answers: ["database-databases-mysql-user-legacy-encryption"],
    *check({ mysqlAuthPlugin }) {
      if (mysqlAuthPlugin === "mysql_native_password") yield "it uses mysql_native_password";
    },
  }),
  {
    name: "database-pool",
    of: [cluster],
    chapter: "Data",
    severity: "low",
    level: "advisory",
    demands: "A managed PostgreSQL is reached through a connection pool.",
    wrong: "Each process of the backend holds a connection, and a small cluster has few.",
    fix: "add a DatabaseConnectionPool.",
    answers: ["database-databases-postgres-connection-pools"],
    *check(resources) {
      const pools = resources.filter(({ type }) => type === "digitalocean:index/databaseConnectionPool:DatabaseConnectionPool");
      yield* eachKnown(resources.filter(({ type }) => type === cluster), function* (each) {
        if (each.props.engine === "pg" && !pools.some((pool) => belongs(pool, each))) yield { urn: each.urn, found: "it has no connection pool" };
      });
    },
  },
];
