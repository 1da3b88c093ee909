import { local } from "../../../../machine/monitoring/ports";
import { login, order, trading, upload } from "../session";
import { eventually, healthy, on, output, request, ssh, type Output } from "../support";

let stack: Output;
beforeAll(async () => void (stack = await output()));

test("a killed API machine costs no request once the edge has noticed", async () => {
  const statuses: number[] = [];
  const errors: string[] = [];
  let going = true;
  const load = async () => {
    while (going) {
      await request(stack, "GET", "/api/v1/version/", { timeoutMs: 10_000 })
        .then((answer) => statuses.push(answer.status), (error: Error) => errors.push(error.message));
      await new Promise((resolve) => setTimeout(resolve, 250)); // below the edge's rate for one address
    }
  };
  const running = load();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await on("api-1", "docker kill ringo-api && systemctl stop docker.socket docker.service");
  await new Promise((resolve) => setTimeout(resolve, 3_000)); // a failed connection is noticed at the first request
  const noticed = statuses.length;
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  going = false;
  await running;
  const after = statuses.slice(noticed);
  expect(errors).toEqual([]);
  expect(after.length).toBeGreaterThan(15);
  expect(after.filter((status) => status !== 200 && status !== 429)).toEqual([]);
  await on("api-1", "systemctl start docker.service && docker start ringo-api");
}, 90_000);

test("queued work survives a restart of Redis, including transactions", async () => {
  const ask = (words: string) => on("data", `export REDISCLI_AUTH="$(cat /etc/ringo/redis/ringo.password)"; printf '%s\\n' ${words} | redis-cli --no-auth-warning --user ringo`);
  await ask("MULTI 'SET ringo-test-transaction kept' EXEC");
  await on("data", "sleep 1.5; systemctl kill --signal=KILL redis-server.service; sleep 1; systemctl start redis-server.service");
  const kept = await eventually("Redis answers", () => ask("'GET ringo-test-transaction'"), 30);
  expect(kept).toContain("kept");
  await ask("'DEL ringo-test-transaction'");
  await healthy(stack, 60);
}, 120_000);

/** Fills Redis as the API does, by queueing, until that is refused: more slowly near the end, as it would be with more memory. */
const filling = `
import time
from kombu.exceptions import OperationalError
from ringo_backend.celery import app
try:
    while True:
        memory = app.backend.client.info("memory")
        time.sleep(0.3 if memory["used_memory"] > 0.85 * memory["maxmemory"] else 0)
        app.send_task("orders.heartbeat", queue="default", headers={"padding": "x" * 100000})
except OperationalError as error:
    print(error)
`;

test("when Redis fills up, queueing is refused before the workers are; they process what was accepted, and then the API queues again by itself", async () => {
  const user = await login(stack);
  const operator = (words: string) => on("data", `{ printf 'AUTH operator '; cat /etc/ringo/redis/operator.password; echo '${words}'; } | redis-cli`);
  const started = () => on("worker-0", "docker inspect --format '{{.RestartCount}} {{.State.StartedAt}}' ringo-worker");
  const placed: number[] = [];
  const place = async (): Promise<number> => {
    const answer = await request(stack, "POST", "/api/v1/orders/", { json: { title: "into a full Redis", amount: "1.00" }, headers: user.authorization });
    if (answer.status === 201) placed.push(answer.json().id);
    return answer.status;
  };
  const processed = async () => (await Promise.all(placed.map(async (id) => (await request(stack, "GET", `/api/v1/orders/${id}/`, { headers: user.authorization })).json().status))).every((status) => status === "processed");

  const before = await started();
  const [bound] = /\d+/.exec((await operator("CONFIG GET maxmemory")).replace("OK", ""))!;
  const used = Number(/^used_memory:(\d+)/m.exec(await operator("INFO memory"))![1]);
  try {
    await on("worker-0", "docker pause ringo-worker");
    await operator(`CONFIG SET maxmemory ${used + 8_000_000}`);
    expect(await place()).toBe(201);
    const filled = on("api-0", "docker exec -i ringo-api python -", filling);
    await eventually("an order that cannot be queued", async () => (await place()) >= 500, 20);
    expect(await filled).toContain("permissions");
    await on("worker-0", "docker unpause ringo-worker");
    await eventually("an order that can be queued", async () => (await place()) === 201, 30);
    await eventually("every order that was accepted is processed", processed, 20);
    expect(await started()).toBe(before);
  } finally {
    await on("worker-0", "docker unpause ringo-worker || true");
    await operator(`CONFIG SET maxmemory ${bound}`);
  }
}, 90_000);

test("a statement is cancelled with the container that sent it", async () => {
  const asleep = async () => (await on("data", `runuser -u postgres -- psql -XAtc "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(61)'"`)).trim();
  const program = "import django; django.setup(); from django.db import connection; connection.cursor().execute('SELECT pg_sleep(61)')";
  await on("api-0", `docker run --detach --rm --name ringo-test-query --env-file /etc/ringo/release.env "$(docker inspect --format '{{.Config.Image}}' ringo-api)" python -c "${program}"`);
  await eventually("the statement runs", async () => (await asleep()) === "1", 20);
  await on("api-0", "docker kill ringo-test-query");
  await eventually("it has ended", async () => (await asleep()) === "0", 15);
}, 60_000);

test("beat remembers what it has sent after a restart, unless it was killed", async () => {
  /** How often it has sent the heartbeat, which falls due every ten seconds; while it is stopped. */
  const sent = async () => Number(await on("worker-0", `docker stop ringo-beat >/dev/null
    docker run --rm --user 10001:33 --volume /srv/beat:/srv/beat "$(docker inspect --format '{{.Config.Image}}' ringo-beat)" \
      python -c "import shelve; print(shelve.open('/srv/beat/celerybeat-schedule', 'r')['entries']['heartbeat'].total_run_count)"
    docker start ringo-beat >/dev/null; until test -e /srv/beat/celerybeat.pid; do sleep 0.1; done`));
  const due = () => new Promise((resolve) => setTimeout(resolve, 12_000));
  const first = await sent();
  await due();
  const second = await sent();
  await due();
  await on("worker-0", "docker kill ringo-beat >/dev/null; docker start ringo-beat >/dev/null; sleep 5");
  const third = await sent();
  expect([first > 0, second > first, third < second]).toEqual([true, true, true]);
}, 120_000);

/** Another one after each reboot of a machine. */
const boot = (machine: string) => on(machine, "cat /proc/sys/kernel/random/boot_id; stat -c %Y /proc/1");

test("an API machine that reboots loses no order", async () => {
  const user = await login(stack);
  const answers = await trading(stack, user, async () => {
    for (const { name: machine, privateAddress } of stack.machines.filter(({ role }) => role === "api")) {
      const before = await boot(machine);
      await ssh(machine, "systemctl reboot");
      await eventually(`${machine} is back`, async () => (await boot(machine)) !== before, 60);
      await eventually(`${machine} answers`, () => on(machine, `curl --silent --output /dev/null --max-time 5 http://${privateAddress}:8000/ && echo anything`), 60);
      await new Promise((resolve) => setTimeout(resolve, 6_000)); // the edge passes it by for as long
    }
  });
  expect(answers.length).toBeGreaterThan(20);
  expect([...new Set(answers)].sort()).toEqual(["GET 200", "POST 201"]);
}, 300_000);

test("if sshfs is killed, the containers continue and see the shared files again", async () => {
  const path = await upload(stack, await login(stack), "still there");
  for (const [machine, container] of [["api-0", "ringo-api"], ["worker-0", "ringo-worker"]]) {
    const running = () => on(machine!, `docker inspect --format '{{.Id}} {{.State.StartedAt}}' ${container}`);
    const server = () => on(machine!, "systemctl show --property MainPID --value ringo-media.service");
    const before = [await running(), await server()];
    await on(machine!, "systemctl kill --signal=KILL --kill-whom=main ringo-media.service");
    await eventually("another sshfs", async () => !["0\n", before[1]].includes(await server()), 20);
    expect(await eventually("the file in the container", () => on(machine!, `docker exec ${container} cat /app${path}`), 20)).toBe("still there");
    expect(await running()).toBe(before[0]);
  }
}, 90_000);

test("a task that is running when its machine reboots is finished first, and not reported as lost", async () => {
  const user = await login(stack);
  const lost = () => on("monitor", `curl --silent --fail http://127.0.0.1:${local.celery}/metrics | awk '/^ringo_celery_tasks_total.*outcome="lost"/ { lost += $2 } END { print lost + 0 }'`);
  const lostBefore = await lost();
  const before = await boot("worker-0");
  const sent = await request(stack, "POST", "/api/v1/tasks/slow/", { json: { seconds: 8, queue: "default" }, headers: user.authorization });
  expect(sent.status).toBe(202);
  const { id } = sent.json() as { id: string };
  await eventually("the task is under way", async () => (await on("worker-0", "docker logs --since 1m ringo-worker 2>&1")).includes(id), 20);
  await ssh("worker-0", "systemctl reboot");
  const state = async () => (await request(stack, "GET", `/api/v1/tasks/${id}/`, { headers: user.authorization })).json() as { state: string };
  await eventually("the task is finished", async () => (await state()).state === "SUCCESS", 30);
  await eventually("the machine is back", async () => (await boot("worker-0")) !== before, 60);
  expect((await order(stack, user, "by the worker that came back")).status).toBe("processed");
  expect(await lost()).toBe(lostBefore);
}, 180_000);

test("after a reboot of every machine everything recovers by itself", async () => {
  const user = await login(stack);
  const names = stack.machines.map((m) => m.name);
  const boots = async () => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await boot(name)])));
  const before = await boots();
  // The bastion last: the others are told through it.
  for (const name of [...names.filter((n) => n !== "edge"), "edge"]) await ssh(name, "systemctl reboot");
  await eventually("all machines answer from a new boot", async () => Object.entries(await boots()).every(([name, boot]) => boot !== before[name]), 120);
  await healthy(stack, 120);
  expect((await order(stack, user, "after the reboot")).status).toBe("processed");
  const beats = await on("worker-0", "docker ps --filter name=ringo-beat --format '{{.Status}}'");
  expect(beats).toContain("Up");
  expect(await on("edge", "ls /srv/ringo")).toContain("media");
}, 400_000);

test("every unit of every machine is in order", async () => {
  for (const { name } of stack.machines) {
    const failed = await on(name, "systemctl list-units --failed --plain --no-legend | awk '{print $1}'");
    expect([name, failed.trim()]).toEqual([name, ""]);
  }
}, 60_000);
