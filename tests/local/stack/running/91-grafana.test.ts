import { createHash } from "node:crypto";
import { internet } from "../../../../local/cloud/names";
import { boards } from "../../../../pictures/boards";
import { answering, ask, namespaceOf } from "../inside";
import { arrive, ask as request, leave, stranger } from "../outside";
import { configure, restoreSettings } from "../settings";
import { grafanaStandIn } from "../standins/grafana";
import { eventually, make, output, type Answer, type Output } from "../support";

const domain = "grafana.ringo.test";
let stack: Output;
let password: string;

beforeAll(async () => {
  configure({ "grafana.image": await grafanaStandIn(), "grafana.domain": domain });
  const { code, stderr } = await make("up");
  if (code !== 0) throw new Error(stderr);
  ({ stack } = await arrive());
  password = await ask("monitor", "cat /srv/ringo/grafana/secrets/password");
}, 400_000);
afterAll(async () => {
  restoreSettings();
  await leave();
});

/** One request by Grafana's name, from an operator's address unless another is given. */
function get(path: string, { host = domain, from = internet, cookie, login }: { host?: string; from?: string; cookie?: string; login?: object } = {}): Promise<Answer> {
  const headers = { ...(cookie === undefined ? {} : { Cookie: cookie }), ...(login === undefined ? {} : { "Content-Type": "application/json" }) };
  return request({ ...stack, apiUrl: `https://${host}` }, { method: login === undefined ? "GET" : "POST", path, headers, body: login && Buffer.from(JSON.stringify(login)) }, from);
}

const logIn = async (given: string): Promise<Answer> => get("/login", { login: { user: "admin", password: given } });
let session: string | undefined;
const cookie = async (): Promise<string> => (session ??= String((await logIn(password)).headers["set-cookie"]).split(";")[0]);

test("it answers under its own name, with a certificate that verifies, and shows nothing without a login", async () => {
  expect((await output() as Output & { grafanaUrl: string }).grafanaUrl).toBe(`https://${domain}`);
  expect((await get("/login")).status).toBe(200);
  for (const path of ["/api/search", "/api/datasources/proxy/uid/prometheus/api/v1/query?query=up", "/"]) expect([path, (await get(path)).status]).toEqual([path, 401]);
  expect((await logIn("not the password")).status).toBe(401);
});

test("logged-in users see every dashboard", async () => {
  expect((await logIn(password)).headers["set-cookie"]![0]).toMatch(/; secure/i);
  const found = (await get("/api/search", { cookie: await cookie() })).json().map(({ uid }: { uid: string }) => uid);
  expect(found.sort()).toEqual(boards.map(({ uid }) => uid).sort());
});

test("metrics and logs are available through it", async () => {
  const through = async (source: string, path: string) => (await get(`/api/datasources/proxy/uid/${source}${path}`, { cookie: await cookie() })).json().data.result;
  const up = await through("prometheus", `/api/v1/query?${new URLSearchParams({ query: 'up{job="node"} == 1' })}`);
  expect(up.map(({ metric }: any) => metric.machine).sort()).toEqual(stack.machines.map(({ name }) => name).sort());
  const lines = await through("loki", `/loki/api/v1/query_range?${new URLSearchParams({ query: '{source="nginx"} |= "/api/"', limit: "5" })}`);
  expect(lines.length).toBeGreaterThan(0);
});

test("nobody else reaches it: by address, by name, by port", async () => {
  expect((await get("/login", { from: stranger() })).status).toBe(403);
  expect((await get("/metrics")).status).toBe(404);
  await expect(get("/login", { host: "grafana2.ringo.test" })).rejects.toThrow(/unrecognized name|handshake|ECONNRESET|hang up/);
  const { privateAddress } = stack.machines.find(({ name }) => name === "monitor")!;
  for (const name of ["api-0", "worker-0", "data"]) {
    const namespace = namespaceOf(stack.machines.find((machine) => machine.name === name)!);
    expect([name, await answering([privateAddress], { namespace, ports: "3000" })]).toEqual([name, { [privateAddress]: [] }]);
  }
}, 120_000);

test("it is confined: no capabilities, only loopback connections, a read-only root", async () => {
  const facts = JSON.parse(await ask("monitor", "docker inspect ringo-grafana"))[0];
  expect([facts.HostConfig.ReadonlyRootfs, facts.HostConfig.CapDrop, facts.Config.User]).toEqual([true, ["ALL"], "472:472"]);
  const reaches = (address: string, port: number) => ask("monitor", `docker exec ringo-grafana python3 -c 'import socket; socket.create_connection(("${address}", ${port}), 3)' 2>&1 | tail -1`);
  expect(await reaches("127.0.0.1", 9090)).toBe("");
  for (const [address, port] of [[stack.publicAddress, 443], [stack.machines.find(({ name }) => name === "data")!.privateAddress, 6379], ["169.254.169.254", 80]] as const) {
    expect([address, await reaches(address, port)]).toEqual([address, expect.stringMatching(/timed out|refused|not permitted|unreachable/)]);
  }
}, 60_000);

test("its secrets are only in its own files", async () => {
  const kept = await ask("monitor", "stat -c '%a %U' /srv/ringo/grafana/secrets /srv/ringo/grafana/secrets/*");
  expect(kept.split("\n")).toEqual(["700 ringo-grafana", "400 ringo-grafana", "400 ringo-grafana"]);
  // Looked for by its hash: the value itself is on no command line.
  const search = `import hashlib, re, sys
wanted = "${createHash("sha256").update(password).digest("hex")}"
text = sys.stdin.buffer.read()
print(sum(hashlib.sha256(word).hexdigest() == wanted for word in set(re.findall(rb"[A-Za-z0-9]{40}", text))))`;
  expect(await ask("monitor", `{ docker inspect ringo-grafana; cat /proc/*/cmdline /proc/*/environ; journalctl --no-pager -o cat; cat /srv/ringo/grafana/grafana.ini; } 2>/dev/null | python3 -c '${search}'`)).toBe("0");
  expect(await ask("monitor", `cat /srv/ringo/grafana/secrets/password | python3 -c '${search}'`)).toBe("1");
}, 60_000);

test("if it is down, an alert fires; the API's metrics do not count it", async () => {
  const figure = async (query: string) => JSON.parse(await ask("monitor", `promtool query instant --format=json http://127.0.0.1:9090 '${query}'`)) as { value: [number, string] }[];
  await eventually("Grafana is watched", async () => (await figure('up{job="grafana"} == 1')).length === 1, 60);
  await ask("monitor", "docker stop ringo-grafana");
  try {
    expect((await get("/login")).status).toBe(502);
    await eventually("an alert", async () => (await figure('ALERTS{alertname="GrafanaDown", alertstate="firing"}')).length === 1, 90);
    expect(await figure('ringo_edge_requests_total{route=~"api|admin", status="502"} > 0')).toEqual([]);
  } finally {
    await ask("monitor", "docker start ringo-grafana");
  }
}, 180_000);

test("when removed it leaves no container, file, name or secret", async () => {
  restoreSettings();
  expect((await make("up")).code).toBe(0);
  expect(await ask("monitor", "docker ps --all --quiet --filter name=ringo-grafana; find /srv/ringo /etc/ringo -type f -path '*grafana*'")).toBe("");
  await expect(get("/login")).rejects.toThrow();
  expect(await output()).not.toHaveProperty("grafanaUrl");
}, 400_000);
