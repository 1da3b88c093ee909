import { everywhere } from "../inside";
import { on, output, type Output } from "../support";

let stack: Output;
beforeAll(async () => void (stack = await output()));

test("the worker's pool has the configured bounds, as reported by Celery itself", async () => {
  const stats = await on("worker-0", "docker exec ringo-worker celery -A ringo_backend inspect stats --destination worker@worker-0 --timeout 20 --json 2>/dev/null");
  const [node] = Object.values(JSON.parse(stats.slice(stats.indexOf("{"))) as Record<string, any>);
  expect(node.autoscaler).toMatchObject({ min: 2, max: 10 });
  const command = await on("worker-0", "docker inspect --format '{{json .Config.Cmd}}' ringo-worker");
  expect(JSON.parse(command)).toContain("--autoscale=10,2");
}, 60_000);

test("exactly one beat runs in the whole stack", async () => {
  const machines = stack.machines.filter(({ role }) => role === "api" || role === "worker");
  const counts = await Promise.all(machines.map(({ name }) => on(name, "pgrep -fc '[c]elery -A ringo_backend beat' || true")));
  // The container's init and beat itself.
  const running = await Promise.all(machines.map(({ name }) => on(name, "docker ps --quiet --filter name=ringo-beat | wc -l")));
  expect(running.map(Number).reduce((a, b) => a + b, 0)).toBe(1);
  expect(counts.map(Number).filter((n) => n > 0)).toHaveLength(1);
}, 60_000);

test("containers are confined: read-only, no capabilities, not root, no new privileges", async () => {
  const inspected = await on("api-0", "docker inspect ringo-api");
  const [{ HostConfig, Config }] = JSON.parse(inspected);
  expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ["ALL"], SecurityOpt: expect.arrayContaining([expect.stringContaining("no-new-privileges")]) });
  expect(Config.User).toBe("10001:33");
  expect(Config.Image).toMatch(/@sha256:[0-9a-f]{64}$/);
});

test("no layer of the backend's image contains apt's caches", async () => {
  expect(await on("api-0", "find /var/lib/docker/overlay2/*/diff/var/cache/apt /var/lib/docker/overlay2/*/diff/var/lib/apt/lists -type f -size +100k")).toBe("");
});

test("PostgreSQL accepts the application only over TLS, and only under its own role", async () => {
  const address = stack.machines.find(({ role }) => role === "data")?.privateAddress;
  const python = (mode: string, user: string) => `docker exec -e SSLMODE=${mode} -e DBUSER=${user} ringo-api python -c '
import os, psycopg
connection = psycopg.connect(host="${address}", dbname=os.environ["POSTGRES_DB"], user=os.environ["DBUSER"] or os.environ["POSTGRES_USER"], password=os.environ["POSTGRES_PASSWORD"], sslmode=os.environ["SSLMODE"])
print(connection.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone()[0])'`;
  expect((await on("api-0", python("prefer", ""))).trim()).toBe("True");
  await expect(on("api-0", python("disable", ""))).rejects.toThrow(/no pg_hba.conf entry|SSL|encryption/);
  await expect(on("api-0", python("require", "postgres"))).rejects.toThrow(/pg_hba.conf|authentication/);
}, 60_000);

test("Redis lets a stranger ping and nothing else", async () => {
  const address = stack.machines.find(({ role }) => role === "data")?.privateAddress;
  const ask = (words: string) => on("api-0", `docker exec ringo-api python -c 'import redis; r = redis.Redis("${address}"); print(r.execute_command(${words}))'`);
  expect((await ask('"PING"')).trim()).toBe("True");
  await expect(ask('"GET", "x"')).rejects.toThrow(/NOPERM|no permissions/i);
}, 60_000);

test("rendered configuration is accepted by the programs that read it", async () => {
  await everywhere(stack, `cloud-init schema --system && sshd -t && nft --check --file /etc/nftables.conf \
    && systemd-analyze verify --man=no /etc/systemd/system/*ringo*.service /etc/systemd/system/*ringo*.timer`);
  await on("edge", "nginx -t -q");
  const setting = await on("data", "runuser -u postgres -- /usr/lib/postgresql/17/bin/postgres -C max_connections -D /srv/data/postgresql/17/main -c config_file=/etc/postgresql/17/main/postgresql.conf");
  expect(Number(setting)).toBe(500);
}, 120_000);
