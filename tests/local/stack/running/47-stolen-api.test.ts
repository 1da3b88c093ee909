import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import * as dgram from "node:dgram";
import * as fs from "node:fs";
import * as https from "node:https";
import * as net from "node:net";
import { internet } from "../../../../local/cloud/names";
import { caCertificatePath } from "../../../../local/services/ca";
import { serviceNames } from "../../../../local/services/dns";
import { s3Facts } from "../../../../local/services/s3";
import { postgresMonitor } from "../../../../machine/monitoring";
import { firstBackup, stolenKey } from "../backups";
import { answeringOn, ask, letThrough, namespaceOf, towardsMedia } from "../inside";
import { arrive, leave, stranger } from "../outside";
import { eventually, on, type Machine, type Output } from "../support";

/** Somebody runs what he likes in the API's container, and is root on its machine: what does he get beyond it? */
let stack: Output;
let stolen: Machine;
let data: Machine;
beforeAll(async () => {
  ({ stack } = await arrive());
  const of = (name: string): Machine => stack.machines.find((machine) => machine.name === name)!;
  [stolen, data] = [of("api-0"), of("data")];
}, 60_000);
afterAll(leave);

/** What a Python program in the container, as the container's own user, prints as JSON. */
const inContainer = async <T>(program: string): Promise<T> => JSON.parse(await ask("api-0", "docker exec -i ringo-api python -", program)) as T;

/** Which of these addresses and ports the container can connect to. */
const reached = (targets: [host: string, port: number][]): Promise<string[]> => inContainer(`
import concurrent.futures, json, socket
def reach(target):
    try:
        socket.create_connection(tuple(target), 2).close()
        return "%s:%d" % tuple(target)
    except OSError:
        pass
with concurrent.futures.ThreadPoolExecutor(64) as pool:
    print(json.dumps([each for each in pool.map(reach, ${JSON.stringify(targets)}) if each]))`);

test("the container has no privileges, cannot gain any, can write only its own files, and has no access to Docker", async () => {
  const found = await inContainer<Record<string, unknown>>(`
import json, os, subprocess
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
def written(path):
    try:
        open(path + "/intruder", "w").close()
        os.remove(path + "/intruder")
        return True
    except OSError:
        return False
def runs(path):
    with open(path, "w") as script:
        script.write("#!/bin/sh\\n")
    os.chmod(path, 0o755)
    try:
        return subprocess.call([path]) == 0
    except OSError:
        return False
    finally:
        os.remove(path)
places = [place for place, _, _ in os.walk("/") if not place.startswith(("/proc", "/sys", "/dev")) and os.access(place, os.W_OK)]
print(json.dumps({
    "user": os.getuid(), "rights": [status[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")], "bound": status["NoNewPrivs"],
    "written": [place for place in ("/", "/app", "/etc", "/usr/local/bin", "/tmp") if written(place)], "runs": runs("/tmp/intruder"),
    "sockets": [path for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock") if os.path.exists(path)],
    "places": sorted(place for place in places if not any(place.startswith(other + "/") for other in places)),
}))`);
  expect(found).toEqual({
    user: 10001, rights: Array(4).fill("0000000000000000"), bound: "1", written: ["/tmp"], runs: false, sockets: [], places: ["/app/media", "/tmp"],
  });
}, 60_000);

test("PostgreSQL admits it only as its own role, only to its own database, and only encrypted", async () => {
  const logins = { "its own": {}, superuser: { user: "postgres" }, "another database": { dbname: "postgres" }, template: { dbname: "template1" }, replication: { replication: "true" }, "in the clear": { sslmode: "disable" } };
  const answers = await inContainer<Record<string, string>>(`
import json, os, psycopg
own = {"host": os.environ["POSTGRES_HOST"], "dbname": os.environ["POSTGRES_DB"], "user": os.environ["POSTGRES_USER"], "password": os.environ["POSTGRES_PASSWORD"], "sslmode": "require", "connect_timeout": 5}
def login(other):
    try:
        psycopg.connect(**{**own, **other}).close()
        return "in"
    except psycopg.OperationalError as error:
        return "no entry" if "no pg_hba.conf entry" in str(error) else str(error)
print(json.dumps({name: login(other) for name, other in ${JSON.stringify(logins)}.items()}))`);
  const { "its own": own, ...others } = answers;
  expect(own).toBe("in");
  expect([...new Set(Object.values(others))]).toEqual(["no entry"]);
}, 30_000);

test("its role can use its tables, but not the server's settings, files or programs", async () => {
  const statements = [
    "CREATE TABLE intruder (a int)", "COPY intruder TO PROGRAM 'true'", "COPY intruder FROM PROGRAM 'true'", "COPY intruder FROM '/etc/passwd'", "COPY intruder TO '/tmp/intruder'", "DROP TABLE intruder",
    "CREATE ROLE intruder", "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE CURRENT_USER CREATEROLE", "SET ROLE postgres", "GRANT pg_read_server_files TO CURRENT_USER",
    "CREATE DATABASE intruder", "ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()", "SELECT * FROM pg_authid", "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')", "CREATE EXTENSION file_fdw", "CREATE EXTENSION dblink", "CREATE FUNCTION intruder() RETURNS int AS 'libc.so.6', 'getpid' LANGUAGE c",
    "SELECT pg_create_physical_replication_slot('intruder')", "CREATE SUBSCRIPTION intruder CONNECTION 'host=x' PUBLICATION x",
  ];
  const done = await inContainer<string[]>(`
import json, os, psycopg
connection = psycopg.connect(host=os.environ["POSTGRES_HOST"], dbname=os.environ["POSTGRES_DB"], user=os.environ["POSTGRES_USER"], password=os.environ["POSTGRES_PASSWORD"], sslmode="require", autocommit=True)
def does(statement):
    try:
        connection.execute(statement)
        return statement
    except psycopg.errors.InsufficientPrivilege:
        return None
    except psycopg.Error as error:
        return "%s: %s" % (statement, error)
print(json.dumps([each for each in map(does, ${JSON.stringify(statements)}) if each]))`);
  expect(done).toEqual(["CREATE TABLE intruder (a int)", "DROP TABLE intruder"]);
}, 30_000);

test("code that it leaves in its database runs only with its own rights, whoever triggers it", async () => {
  const does = (statements: string[]) => inContainer(`
import json, os, psycopg
connection = psycopg.connect(host=os.environ["POSTGRES_HOST"], dbname=os.environ["POSTGRES_DB"], user=os.environ["POSTGRES_USER"], password=os.environ["POSTGRES_PASSWORD"], sslmode="require", autocommit=True)
for statement in ${JSON.stringify(statements)}:
    connection.execute(statement)
print("null")`);
  const name = `"a$$\\! psql -c 'alter role ringo superuser' #"`;
  const [monitor] = postgresMonitor("ringo").steps!;
  const superuser = () => on("data", "cd /; runuser -u postgres -- psql -X -At -c 'SELECT rolname FROM pg_catalog.pg_roles WHERE rolsuper'");
  try {
    await does([
      "CREATE SCHEMA evil", `CREATE TABLE public.${name} ()`, "CREATE TABLE public.intruder (a int)", "GRANT USAGE ON SCHEMA evil TO public",
      // As whoever he is, and as whoever he was before he took on a lesser role.
      `CREATE FUNCTION evil.act() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        BEGIN RESET ROLE; EXCEPTION WHEN OTHERS THEN NULL; END;
        IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN EXECUTE 'ALTER ROLE ringo SUPERUSER'; END IF; END $$`,
      "CREATE FUNCTION evil.spring() RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM evil.act(); RETURN true; END $$",
      "CREATE FUNCTION evil.sprung() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.act(); RETURN new; END $$",
      "CREATE TRIGGER intruder BEFORE INSERT ON public.intruder FOR EACH ROW EXECUTE FUNCTION evil.sprung()",
      "CREATE INDEX ON public.intruder (a) WHERE evil.spring()",
      ...["pg_extension", "pg_class", "pg_namespace", "pg_database", "pg_stat_user_tables"].flatMap((view) =>
        [`CREATE VIEW evil.${view} AS SELECT * FROM pg_catalog.${view} WHERE evil.spring()`, `GRANT SELECT ON evil.${view} TO public`]),
      "ALTER DATABASE ringo SET search_path = evil, pg_catalog, public",
    ]);
    await on("data", "cd /; runuser -u postgres -- psql -X -At ringo -c 'SELECT count(*) FROM pg_extension, pg_class, pg_stat_user_tables'");
    await on("data", `${monitor.unless} && ${monitor.command}\n`);
    await on("data", "cd /; echo 1 | runuser -u postgres -- psql -X -U operator ringo -c 'COPY public.intruder FROM STDIN'");
    await on("data", "systemctl start ringo-restore-test.service");
    expect(await superuser()).toBe("postgres\n");
  } finally {
    await on("data", "cd /; runuser -u postgres -- psql -X -q -c 'ALTER ROLE ringo NOSUPERUSER'");
    await does(["ALTER DATABASE ringo RESET search_path", "DROP SCHEMA IF EXISTS evil CASCADE", `DROP TABLE IF EXISTS public.${name}`, "DROP TABLE IF EXISTS public.intruder"]);
  }
}, 120_000);

test("Redis allows it what Celery needs, but not to flush, list, reconfigure, copy or stop it", async () => {
  // Each so that it would do no harm if it were done.
  const commands = [
    "SET intruder 1 EX 5", "CONFIG GET maxmemory", "CONFIG SET maxmemory-policy noeviction", "FLUSHALL WRONG", "FLUSHDB WRONG", "SWAPDB 0 0", "KEYS intruder", "DEBUG SLEEP 0", "MODULE LIST", "SHUTDOWN ABORT",
    "ACL LIST", "ACL SETUSER intruder", "MONITOR", "SAVE", "BGSAVE WRONG", "BGREWRITEAOF", "REPLICAOF NO ONE", "PSYNC ? -1", "FAILOVER ABORT", "CLIENT LIST", "CLIENT KILL ID 0",
    "SLOWLOG GET", "LATENCY RESET none", "MIGRATE 127.0.0.1 1 intruder 0 1", "RESTORE intruder 0 x", "DEL intruder",
  ];
  const done = await inContainer<string[]>(`
import json, os, redis
own = redis.Redis.from_url(os.environ["CELERY_BROKER_URL"])
def does(command):
    try:
        own.execute_command(*command.split())
        return command
    except redis.exceptions.NoPermissionError:
        return None
    except redis.RedisError as error:
        return None if "command not allowed" in str(error) else "%s: %s" % (command, error)
print(json.dumps([each for each in map(does, ${JSON.stringify(commands)}) if each]))`);
  expect(done).toEqual(["SET intruder 1 EX 5", "DEL intruder"]);

  const others = await inContainer<(string | number)[]>(`
import json, os, redis, urllib.parse
url = urllib.parse.urlsplit(os.environ["CELERY_BROKER_URL"])
def as_user(name):
    try:
        return redis.Redis(url.hostname, username=name, password=url.password).get("intruder") or "in"
    except redis.RedisError as error:
        return type(error).__name__
def scripted(script):
    try:
        return redis.Redis.from_url(os.environ["CELERY_BROKER_URL"]).eval(script, 0)
    except redis.RedisError as error:
        return "refused" if "has no permissions" in str(error) else str(error)
print(json.dumps([as_user(url.username), as_user("operator"), as_user("default"), scripted("return 7"), scripted("return redis.call('KEYS', 'intruder')")]))`);
  expect(others).toEqual(["in", "AuthenticationError", "NoPermissionError", 7, "refused"]);
}, 30_000);

test("the container reaches its data, but neither the metadata, nor any machine's SSH, nor another machine's API", async () => {
  const [gateway] = (await ask("api-0", "docker inspect --format '{{range .NetworkSettings.Networks}}{{.Gateway}} {{end}}' ringo-api")).split(" ");
  const allowed: [string, number][] = [[data.privateAddress, 5432], [data.privateAddress, 6379]];
  const closed: [string, number][] = [
    ["169.254.169.254", 80], [gateway!, 22], [gateway!, 8000], [stack.publicAddress, 22],
    ...stack.machines.flatMap(({ privateAddress }): [string, number][] => [22, 80, 443, 8000].map((port) => [privateAddress, port])),
  ];
  expect(await reached([...allowed, ...closed])).toEqual(allowed.map(([host, port]) => `${host}:${port}`));
}, 30_000);

test("only the container and root reach the internet, on the declared ports; root no more even without the machine's firewall", async () => {
  const address = stranger();
  const listeners = [443, 4444].map((port) => net.createServer((socket) => socket.destroy()).listen(port, address));
  try {
    await Promise.all(listeners.map((listener) => new Promise((resolve, reject) => listener.listening ? resolve(undefined) : listener.on("listening", resolve).on("error", reject))));
    expect(await reached([[address, 443], [address, 4444]])).toEqual([`${address}:443`]);
    expect(await letThrough("api-0", ["root", "nobody", "www-data", "ringo-media"], address, [443, 4444])).toEqual(["root 443"]);
    const expected = { [address]: ["443 open"] };
    expect(await answeringOn(expected, { namespace: namespaceOf(stolen), ports: "443,4444" })).toEqual(expected);
  } finally {
    for (const listener of listeners) listener.close();
  }
}, 60_000);

test("of the machine's own programs only root and nginx reach the container's port directly", async () => {
  const { privateAddress } = stack.machines.find(({ name }) => name === "api-0")!;
  expect(await letThrough("api-0", ["root", "www-data", "nobody", "ringo-logs", "prometheus-node-exporter"], privateAddress, [8000])).toEqual(["root 8000", "www-data 8000"]);
}, 30_000);

test("all DNS queries go to the machine's resolver, and nothing else is reachable on that port", async () => {
  const address = stranger();
  const heard: string[] = [];
  const tcp = net.createServer((socket) => { heard.push("tcp"); socket.destroy(); }).listen(53, address);
  const udp = dgram.createSocket("udp4", (message) => heard.push(String(message))).bind(53, address);
  try {
    await Promise.all([tcp, udp].map((socket) => new Promise((resolve, reject) => socket.once("listening", resolve).on("error", reject))));
    expect(await reached([[internet, 53], [address, 53]])).toEqual([`${internet}:53`]);
    expect(await inContainer(`
import json, socket
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"from a container", ("${address}", 53))
except OSError:
    pass
print(json.dumps(socket.gethostbyname("${serviceNames.registry}")))`)).toBe(internet);
    const users = ["root", "nobody", "www-data", "ringo-media", "systemd-resolve"];
    const got = await ask("api-0", `for user in ${users.join(" ")}; do
      runuser -u $user -- timeout 2 bash -c "echo -n from $user >/dev/udp/${address}/53; : </dev/tcp/${address}/53" 2>/dev/null &
      echo $user $(runuser -u $user -- getent ahostsv4 ${serviceNames.registry} | cut -d ' ' -f 1 | head -1)
    done; wait`);
    expect(got.split("\n")).toEqual(users.map((user) => `${user} ${internet}`));
    expect(heard).toEqual([]);
    // There was somebody who listened.
    dgram.createSocket("udp4").unref().send("from a test", 53, address);
    await eventually("the one datagram", async () => heard.length > 0, 5);
    expect(heard).toEqual(["from a test"]);
  } finally {
    tcp.close();
    udp.close();
  }
}, 60_000);

test("the machine's key to the shared files opens only those: no shell, no forwarding, no other account", async () => {
  const withKey = (command: string) => towardsMedia("api-0", command);
  const address = data.privateAddress;
  const sftp = await withKey(`printf "ls -1 /\\nput /etc/hostname /intruder\\nls -1 /etc\\n" | sed "s/^/-/" | sftp $options -b - ringo-media@${address}`);
  expect(sftp.stdout).toMatch(/^\/media$/m);
  expect(sftp.stdout).toMatch(/\/intruder.*Permission denied/i);
  expect(sftp.stdout).toMatch(/"\/etc" not found/);
  expect((await withKey(`ssh $options ringo-media@${address} id </dev/null`)).stdout).not.toContain("uid=");
  expect((await withKey(`echo PING | ssh $options -W 127.0.0.1:6379 ringo-media@${address}`)).stdout).toMatch(/administratively prohibited/);
  expect((await withKey(`ssh $options root@${address} id`)).stdout).toMatch(/Permission denied \(publickey\)/);
}, 60_000);

test("nothing on the machine opens the backups in S3, and they are closed without a key", async () => {
  await firstBackup();
  const { thief, Bucket } = await stolenKey();
  const { accessKeyId, secretAccessKey } = await thief.config.credentials();
  // Patterns from a root-only file, so that the search puts nothing on a command line; the password is there to be found.
  const search = `umask 077; cat >/run/pattern; grep -q . /run/pattern
    { find /etc /root /home /opt /run /tmp /usr/local /var /var/lib/docker/containers -xdev -type f -size -20M ! -path /run/pattern -print0 | xargs -0 grep -lFf /run/pattern; grep -lFf /run/pattern /proc/[0-9]*/environ; } 2>/dev/null | wc -l
    rm /run/pattern`;
  expect(await ask("api-0", search, `${accessKeyId}\n${secretAccessKey}\n`)).toBe("0");
  const password = await ask("api-0", "docker exec ringo-api printenv POSTGRES_PASSWORD");
  expect(Number(await ask("api-0", search, `${password}\n`))).toBeGreaterThan(0);

  const unsigned = (method: string, path: string) => new Promise<number | undefined>((resolve, reject) => {
    https.request(`${s3Facts.endpoint}/${Bucket}${path}`, { method, ca: fs.readFileSync(caCertificatePath()), agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject).end(method === "PUT" ? "x" : undefined);
  });
  expect((await thief.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBeGreaterThan(0);
  expect(await Promise.all([unsigned("GET", "?list-type=2"), unsigned("GET", "/backup/ringo-local-data/backup.info"), unsigned("PUT", "/intruder"), unsigned("DELETE", "/backup/ringo-local-data/backup.info")])).toEqual([403, 403, 403, 403]);
}, 60_000);
