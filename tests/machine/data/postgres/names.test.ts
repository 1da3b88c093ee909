import { spawnSync } from "node:child_process";
import { postgres, postgresPreparation } from "../../../../machine/data/postgres";
import { Cluster } from "../../cluster";

/** Another name is declared for what a cluster has already: its data would stay behind under the former one. */
let cluster: Cluster;
const declared = (database: string, name: string, generation = 1) => postgres({
  listenAddress: "10.0.0.5",
  allowedCidr: "10.0.0.0/24",
  roles: [{ name, database, password: "made-up-password", generation }],
  memoryMiB: 2048,
  vcpus: 2,
  clients: 50,
  tls: { certificate: "certificate", key: "made-up-key" },
  dataDirectory: "/srv/data/postgresql",
});
const apply = (...names: Parameters<typeof declared>) => cluster.psql(declared(...names).files!.find(({ path }) => path.endsWith("roles.sql"))!.content);
const made = () => cluster.psql("SELECT datname, datdba::regrole, datacl FROM pg_database ORDER BY 1; SELECT rolname FROM pg_roles ORDER BY 1; SELECT * FROM pg_db_role_setting ORDER BY 1, 2; SELECT * FROM pg_auth_members ORDER BY 1");

beforeAll(() => {
  cluster = new Cluster();
  apply("orders", "ringo");
  cluster.psql("CREATE TABLE kept (a int)", "ringo", "orders");
}, 60_000);
afterAll(() => cluster.end());

const otherDatabase = /this cluster has the database orders and none called other: take databaseName back, or rename it \(ALTER DATABASE orders RENAME TO other\)/;
const otherOwner = /the database orders belongs to ringo, not to other: take databaseUser back, or rename him \(ALTER ROLE ringo RENAME TO other\)/;

test.each([
  ["database", "other", "ringo", otherDatabase],
  ["owner", "orders", "other", otherOwner],
  ["database and owner", "other", "other", otherDatabase],
])("another %s is refused, and nothing is created, whichever role is in use", (_, database, name, refusal) => {
  for (const generation of [1, 2]) {
    apply("orders", "ringo", generation);
    const before = made();
    for (const next of [1, 2]) expect(() => apply(database, name, next)).toThrow(refusal);
    expect(made()).toBe(before);
  }
});

test("a manually created additional database is no reason", () => {
  cluster.psql("CREATE DATABASE scratch");
  for (const generation of [1, 2]) apply("orders", "ringo", generation);
});

test("a running server is asked before any file is written; one that does not answer, when its roles are created", () => {
  const step = (database: string, name: string) => postgresPreparation([{ name, database }]).steps!.find((one) => one.name === "PostgreSQL has what is declared")!;
  expect(step("orders", "ringo").when).toBe("before-packages");
  const run = (script: string, port = cluster.port) => spawnSync("sh", ["-ec", script.replaceAll("runuser -u postgres -- psql", `psql -U postgres -h ${cluster.socket} -p ${port}`)], { encoding: "utf8" });
  for (const script of [step("orders", "ringo").unless!, step("orders", "ringo").command]) expect(run(script)).toMatchObject({ status: 0, stdout: "" });
  for (const { database, name, refusal } of [{ database: "other", name: "ringo", refusal: otherDatabase }, { database: "orders", name: "other", refusal: otherOwner }]) {
    const { unless, command } = step(database, name);
    expect(run(unless!).status).toBe(1);
    expect(run(command)).toMatchObject({ status: 1, stdout: expect.stringMatching(refusal) });
    expect(run(command, 1).status).toBe(0);
  }
});

test("a manually renamed database is accepted with its data", () => {
  apply("orders", "ringo", 2);
  cluster.psql("ALTER DATABASE orders RENAME TO other; ALTER ROLE ringo RENAME TO owner");
  for (const generation of [2, 3]) apply("other", "owner", generation);
  expect(cluster.psql("SELECT current_user, count(*) FROM kept", "owner_b", "other")).toBe("owner|0");
  expect(cluster.psql("SELECT current_user, count(*) FROM kept", "operator", "other")).toBe("owner|0");
});

test("a new cluster has its owner whoever's turn it is to log in: its stack may have rotated passwords before", () => {
  cluster.psql("DROP DATABASE other");
  cluster.psql("DROP DATABASE scratch; DROP ROLE owner, owner_b");
  apply("orders", "ringo", 2);
  expect(cluster.psql("CREATE TABLE kept (a int); SELECT tableowner, rolcanlogin FROM pg_tables JOIN pg_roles ON rolname = tableowner WHERE tablename = 'kept'", "ringo_b", "orders")).toBe("ringo|f");
});
