import { configure, restoreSettings } from "../settings";
import { eventually, make, on, output, run } from "../support";

afterAll(restoreSettings);

/** How many resources a run touched, by what was done, from the line it ends with. */
const changes = (stderr: string): Record<string, number> => {
  const [, list] = /Up in .*\((.*)\)/.exec(stderr) ?? [];
  if (list === undefined) throw new Error(`no summary in:\n${stderr}`);
  return Object.fromEntries(list.split(", ").map((entry) => entry.split(" ").reverse()).map(([op, count]) => [op, Number(count)]));
};

test("a second up changes nothing and connects to no machine", async () => {
  const logins = () => on("data", "journalctl --no-pager -u ssh | grep -c 'Accepted publickey for root'");
  const before = Number(await logins());
  const { code, stderr } = await make("up");
  expect([code, Object.keys(changes(stderr))]).toEqual([0, ["same"]]);
  expect(Number(await logins())).toBe(before); // the question comes by the connection that was there
}, 120_000);

test("everything is as the program declares it: a refresh changes nothing", async () => {
  const { code, stderr } = await make("up", { REFRESH: "1" });
  expect([code, Object.keys(changes(stderr))]).toEqual([0, ["same"]]);
}, 120_000);

test("preview shows a change but makes none", async () => {
  configure({ concurrency: 3, maxTasksPerChild: 500 });
  const before = await on("worker-0", "docker inspect --format '{{.Id}}' ringo-worker");
  const { code, stdout } = await make("preview");
  expect([code, stdout]).toEqual([0, expect.stringContaining("worker-0-worker")]);
  expect(await on("worker-0", "docker inspect --format '{{.Id}}' ringo-worker")).toBe(before);
  restoreSettings();
}, 120_000);

test("an additional API machine and worker add only their own resources, and removing them removes only those, a worker once its tasks are done", async () => {
  configure({ apiInstanceCount: 3, workerInstanceCount: 2 });
  const up = await make("up");
  expect(up.code).toBe(0);
  // Of each its droplet, two keys, host component, boot, base and role; the edge learns of one more upstream, the monitor of two more targets.
  expect(changes(up.stderr)).toMatchObject({ create: 14, replace: 2 });
  const stack = await output();
  expect(stack.machines.map((m) => m.name)).toEqual(expect.arrayContaining(["api-2", "worker-1"]));
  expect(await on("edge", "cat /etc/nginx/ringo/upstreams.conf")).toContain(stack.machines.find((m) => m.name === "api-2")?.privateAddress);

  /** Words that the application prints. Not through the API: a log-in and little else would be an API that is slow, and told of. */
  const words = async (code: string) => (await on("api-0", `docker exec ringo-api python manage.py shell -v 0 -c "${code}"`)).trim().split("\n").at(-1)!.split(" ");
  const tasks = await words("from orders.tasks import slow; print(*[slow.apply_async([30], queue='default').id for _ in range(8)])");
  const log = () => on("worker-1", "docker logs --since 1m ringo-worker 2>&1");
  await eventually("a task is under way on the second worker", async () => log().then((text) => tasks.some((id) => text.includes(id))), 20);
  restoreSettings();
  const down = await make("up");
  expect(down.code).toBe(0);
  expect(changes(down.stderr)).toMatchObject({ delete: 14, replace: 2 });
  expect((await output()).machines.map((m) => m.name).filter((name) => ["api-2", "worker-1"].includes(name))).toEqual([]);
  const states = () => words(`from celery.result import AsyncResult; print(*[AsyncResult(id).state for id in '${tasks.join(" ")}'.split()])`);
  // What the second had taken and not begun, the first one does.
  await eventually("all tasks are done", async () => (await states()).every((state) => state === "SUCCESS"), 90);
}, 600_000);

test("a faulty configuration fails before the first resource, and the error says how to fix it", async () => {
  configure({ apiInstanceCount: 0, apiSize: "s-99vcpu-1gb", autoscaler: { enabled: true, min: 9, max: 3 } });
  const { code, stderr } = await make("up");
  restoreSettings();
  expect(code).not.toBe(0);
  for (const key of ["apiInstanceCount", "apiSize", "autoscaler", "pulumi config set"]) expect(stderr).toContain(key);
}, 120_000);

test("make ssh returns a command's output and its exit status", async () => {
  expect((await on("api-0", "hostname")).trim()).toBe("api-0");
  const failed = await run("make", ["--no-print-directory", "ssh", "HOST=api-0"], { env: { CMD: "echo out; exit 7" } });
  expect(failed.stdout).toBe("out\n");
  expect(failed.stderr).toContain("Error 7");
  const unknown = await run("make", ["--no-print-directory", "ssh", "HOST=api-9"]);
  expect([unknown.code === 0, unknown.stderr]).toEqual([false, expect.stringContaining("api-0")]);
}, 60_000);
