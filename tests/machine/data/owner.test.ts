import { roles } from "../../../machine/data/postgres/roles";
import { postgresMonitor, postgresExporter, monitorRole } from "../../../machine/monitoring";
import { python } from "../backup/python";
import { Cluster } from "../cluster";

/** Somebody runs what SQL he likes as the owner of the application's database: what he leaves there is met by others. */
let cluster: Cluster;
const rolesSql = roles([{ name: "ringo", database: "orders", password: "made-up-password" }], "10.0.0.5").files.find(({ path }) => path.endsWith("roles.sql"))!.content;
const owner = (script: string) => cluster.psql(script, "ringo", "orders");
const superusers = () => cluster.psql("SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolsuper");

beforeAll(() => {
  cluster = new Cluster();
  cluster.psql(rolesSql);
  // What gives its maker all rights, if it is run by somebody who has them, or had them before he took on a lesser role.
  owner(`CREATE FUNCTION public.act() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
      BEGIN RESET ROLE; EXCEPTION WHEN OTHERS THEN NULL; END;
      IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN ALTER ROLE ringo SUPERUSER; END IF; END $$;
    CREATE FUNCTION public.spring() RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.act(); RETURN true; END $$;
    CREATE FUNCTION public.sprung() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.spring(); RETURN new; END $$`);
}, 60_000);
afterAll(() => cluster.end());
afterEach(() => expect(superusers()).toBe("postgres"));

const counted = (): Record<string, [number, boolean]> => python("counts.rows(['orders'], given[0], given[1])", [cluster.socket, cluster.port]);

test("the trap would work for a superuser, also after SET ROLE", () => {
  owner("CREATE TABLE trap (a int); CREATE TRIGGER trap BEFORE INSERT ON trap FOR EACH ROW EXECUTE FUNCTION public.sprung()");
  for (const role of ["", "SET ROLE ringo;"]) {
    expect(cluster.psql(`BEGIN; ${role} INSERT INTO public.trap VALUES (1); SELECT rolsuper FROM pg_roles WHERE rolname = 'ringo'; ROLLBACK`, "postgres", "orders")).toBe("t");
  }
});

test("the operator can use the owner's objects, and triggers run with the owner's rights", () => {
  expect(cluster.psql("INSERT INTO trap VALUES (1); CREATE TABLE mended (a int); SELECT count(*), current_user FROM trap; SELECT tableowner FROM pg_tables WHERE tablename = 'mended'", "operator", "orders")).toBe("1|ringo\nringo");
  expect(() => cluster.psql("SELECT pg_switch_wal()", "operator", "orders")).toThrow("permission denied");
});

test("the owner loses manually granted rights, and strangers lose access", () => {
  cluster.psql("ALTER ROLE ringo SUPERUSER CREATEROLE CREATEDB REPLICATION BYPASSRLS; CREATE ROLE stranger LOGIN; GRANT CONNECT ON DATABASE orders TO PUBLIC");
  cluster.psql(rolesSql);
  expect(cluster.psql("SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = 'ringo'")).toBe("f|f|f|f|f");
  expect(() => cluster.psql("SELECT 1", "stranger", "orders")).toThrow(/permission denied for database/);
});

test("a superuser who logs in by hand searches names in pg_catalog, whatever the owner has set", () => {
  owner(`CREATE SCHEMA evil; CREATE VIEW evil.pg_extension AS SELECT e.* FROM pg_catalog.pg_extension e WHERE public.spring(); GRANT USAGE ON SCHEMA evil TO public;
    GRANT SELECT ON evil.pg_extension TO public; ALTER DATABASE orders SET search_path = evil, pg_catalog, public`);
  expect(cluster.psql("SHOW search_path; SELECT count(*) FROM pg_extension", "postgres", "orders")).toBe("pg_catalog\n1");
  expect(counted()).toMatchObject({ "orders.public.trap": [1, true] });
});

test("a table with any name is counted, and its name is never executed", () => {
  const names = ["a$$\\! touch stolen #", "it's", 'a"b', "two\nlines", "a\ttab", "\\gexec", "); SELECT public.spring(); --", "$do$"];
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  owner(names.map((name) => `CREATE TABLE public.${quoted(name)} AS SELECT 1 AS a;`).join("\n"));
  const shown = names.map((name) => quoted(name).replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t"));
  expect(counted()).toMatchObject(Object.fromEntries(shown.map((name) => [`orders.public.${name}`, [1, true]])));
});

test("code triggered by a count has only the owner's rights, and cannot fake the result", () => {
  owner(`CREATE TABLE public.guarded (a int); INSERT INTO public.guarded SELECT generate_series(1, 3); ANALYZE public.guarded;
    ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY; ALTER TABLE public.guarded FORCE ROW LEVEL SECURITY; CREATE POLICY p ON public.guarded USING (public.spring());
    CREATE TABLE public.indexed (a int); CREATE INDEX ON public.indexed (a) WHERE public.spring(); INSERT INTO public.indexed VALUES (1);
    CREATE TABLE public.checked (a int CHECK (public.spring())); CREATE TABLE public.part (a int) PARTITION BY LIST (a); CREATE TABLE public.part_1 PARTITION OF public.part FOR VALUES IN (1)`);
  expect(counted()).toMatchObject({ "orders.public.guarded": [3, false], "orders.public.indexed": [1, true], "orders.public.checked": [0, true], "orders.public.part": [0, true] });
});

test("only the application's tables are counted, and those that take too long are estimated", () => {
  cluster.psql("CREATE TABLE public.foreign_one (a int)", "postgres", "orders");
  owner(`CREATE FUNCTION public.slow() RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_catalog.pg_sleep(0.5); RETURN true; END $$;
    CREATE TABLE public.big (a int); CREATE INDEX ON public.big (a) WHERE public.slow()`);
  expect(counted()).not.toHaveProperty(["orders.public.foreign_one"]);
  const [, exact] = python("[setattr(counts, 'PATIENCE', '300ms'), counts._count(given[2], 'orders', given[0], given[1])][1]", [cluster.socket, cluster.port, Number(owner("SELECT 'public.big'::regclass::oid"))]);
  expect(exact).toBe(false);
});

describe("the monitor", () => {
  const [step] = postgresMonitor("orders").steps!;
  const script = /<<'SQL'\n([^]*)SQL$/.exec(step.command)![1].replaceAll("pg_stat_statements", "pgstattuple");
  const state = () => cluster.psql("SELECT nspname, nspowner::regrole FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pgstattuple'", "postgres", "orders");

  test("finds its statistics where the application can create nothing", () => {
    for (let i = 0; i < 2; i++) {
      cluster.psql(script, "postgres", "orders");
      expect(state()).toBe("monitor|postgres");
      expect(cluster.psql("SHOW search_path", monitorRole.name, "orders")).toBe("pg_catalog, monitor");
    }
    for (const statement of ["CREATE TABLE monitor.a (a int)", "DROP SCHEMA monitor CASCADE", "ALTER SCHEMA monitor RENAME TO other"]) expect(() => owner(statement)).toThrow(/permission denied|must be owner/);
  });

  test("moves them there from their former place", () => {
    cluster.psql("ALTER EXTENSION pgstattuple SET SCHEMA public; DROP SCHEMA monitor", "postgres", "orders");
    cluster.psql(script, "postgres", "orders");
    expect(state()).toBe("monitor|postgres");
  });

  test("does not use a schema that the application created", () => {
    cluster.psql("DROP EXTENSION pgstattuple; DROP SCHEMA monitor", "postgres", "orders");
    owner("CREATE SCHEMA monitor");
    expect(() => cluster.psql(script, "postgres", "orders")).toThrow('schema "monitor" already exists');
    owner("DROP SCHEMA monitor");
  });

  test("is used under the name with which it is created", () => expect(JSON.stringify(postgresExporter("10.0.0.5", "orders"))).toContain(`user=${monitorRole.name} dbname=orders`));
});
