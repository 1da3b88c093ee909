import * as fs from "node:fs";
import { exporters } from "../../../../components/exporters";
import type { Role } from "../../../../components/naming";
import { inState } from "../../../../local/paths";
import { ports } from "../../../../machine/monitoring";
import { ask, everywhere, knock, letThrough, onAll, user } from "../inside";
import { eventually, on, output, run, type Output } from "../support";

let stack: Output;
beforeAll(async () => void (stack = await output()));

/** Whom the programs of the monitor run as. */
const monitors = ["prometheus", "prometheus-alertmanager", "prometheus-blackbox-exporter", "ringo-celery-exporter", "prometheus-node-exporter"];

/** A container of a machine, as one who asks. */
const container = (name: string) => `nsenter --net --target "$(docker inspect --format '{{.State.Pid}}' ${name})"`;

test("a neighbour reaches exactly what its role may", async () => {
  const address = (role: string) => stack.machines.find((m) => m.role === role)?.privateAddress;
  const expected = [
    ["worker-0", container("ringo-worker"), "data", 5432, "open"],
    ["worker-0", container("ringo-worker"), "api", 8000, "closed"],
    ["edge", user("www-data"), "api", 8000, "open"],
    ["edge", user("root"), "api", 8000, "closed"],
    ["edge", user("www-data"), "data", 5432, "closed"],
    ["api-0", container("ringo-api"), "worker", 22, "closed"],
    ["monitor", user("ringo-celery-exporter"), "data", 6379, "open"],
    ["monitor", user("ringo-celery-exporter"), "data", 5432, "closed"],
    ["monitor", user("prometheus"), "data", 6379, "closed"],
    ["monitor", user("prometheus"), "api", 8000, "closed"],
    ["edge", user("root"), "monitor", 22, "open"],
    ["api-0", user("root"), "monitor", 22, "closed"],
  ] as const;
  const found = await Promise.all(expected.map(async ([host, as, role, port]) =>
    [host, as, role, port, (await on(host, `${knock(as, address(role), port)} && echo open || echo closed`)).trim()]));
  expect(found).toEqual(expected);
}, 60_000);

test("only Prometheus reads metrics, and nobody reads the monitor's", async () => {
  const all = [...Object.values(ports), 9090, 9093, 9115, 9540];
  /** `name port` of every exporter and part of the monitor that a machine reaches; itself apart. */
  const reached = async (host: string, as: string): Promise<string[]> => {
    const tries = stack.machines.filter(({ name }) => name !== host).flatMap(({ name, privateAddress }) => all.map((port) =>
      `(${knock(as, privateAddress, port)} && echo ${name} ${port}) &`));
    return (await on(host, `${tries.join("\n")}\nwait`)).trim().split("\n").filter(Boolean).sort();
  };
  const expected = stack.machines.filter(({ name }) => name !== "monitor")
    .flatMap(({ name, role }) => exporters[role as Role].map((exporter) => `${name} ${ports[exporter]}`)).sort();
  const hosts = ["edge", "api-0", "worker-0", "data", "monitor"];
  expect(await reached("monitor", user("prometheus"))).toEqual(expected);
  expect(await Promise.all(hosts.map(async (host) => [host, await reached(host, user("root"))]))).toEqual(hosts.map((host) => [host, []]));
  const others = monitors.filter((name) => name !== "prometheus");
  for (const name of others) expect([name, await reached("monitor", user(name))]).toEqual([name, []]);
}, 120_000);

test("listeners on a machine's loopback answer root and the programs that need them, and no other programs there", async () => {
  const exporter = (name: string) => `prometheus-${name}-exporter`;
  const listening: [host: string, needs: string, others: string[], ports: number[]][] = [
    ["monitor", "prometheus", monitors, [9090, 9093, 9115, 9540]],
    ["edge", exporter("nginx"), ["mtail", exporter("node"), "prometheus"], [9080]],
    ["data", exporter("redis"), [exporter("postgres"), exporter("node"), "prometheus"], [6379]],
  ];
  const found = await Promise.all(listening.map(async ([host, needs, others, all]) =>
    [host, await letThrough(host, [...new Set(["root", needs, ...others, "www-data", "nobody"])], "127.0.0.1", all)]));
  expect(found).toEqual(listening.map(([host, needs, , all]) => [host, [needs, "root"].flatMap((name) => all.map((port) => `${name} ${port}`))]));
}, 30_000);

test("no two services of a machine share a user, except root", async () => {
  // Backups and restore tests are root's, and now and then ask PostgreSQL and S3 as PostgreSQL's user.
  const running = "ps -eo user:40=,unit:80= | awk '$1 != \"root\" && $2 ~ /\\.service$/ && $2 !~ /^ringo-(backup|restore-test)/' | sort -u";
  const pairs = await everywhere(stack, running);
  expect(pairs.monitor!.split("\n").map((line) => line.split(/\s+/)[0])).toEqual(expect.arrayContaining(monitors));
  expect(await everywhere(stack, `${running} | awk '{ print $1 }' | uniq -d`)).toEqual(onAll(stack, ""));
}, 30_000);

test("no program of the monitor can read another's data or secrets", async () => {
  const paths = ["/etc/prometheus/ringo/alertmanager.yml", "/var/lib/prometheus/alertmanager", "/var/lib/prometheus/metrics2"];
  const tries = [...monitors, "www-data", "nobody"].flatMap((name) => paths.map((path) => `${user(name)} test -r ${path} && echo ${name} ${path}`));
  expect((await ask("monitor", `${tries.join("\n")}\ntrue`)).split("\n").sort()).toEqual([`prometheus ${paths[2]}`, `prometheus-alertmanager ${paths[0]}`, `prometheus-alertmanager ${paths[1]}`]);
}, 30_000);

test.each([
  ["Debian's package is updated", "dpkg-reconfigure prometheus-alertmanager"],
  ["it belonged to another user, as with earlier releases of ours",
    "systemctl stop prometheus-alertmanager; chown -R prometheus:prometheus /var/lib/prometheus/alertmanager; chmod 755 /var/lib/prometheus/alertmanager; systemctl start prometheus-alertmanager"],
])("Alertmanager has all its data, silences too, when %s", async (_what, command) => {
  const amtool = "amtool --alertmanager.url=http://127.0.0.1:9093 silence";
  const silence = await ask("monitor", `${amtool} add --duration=1h --author=test --comment=test alertname=NoSuchAlert`);
  try {
    const started = "systemctl show --property=ActiveEnterTimestampMonotonic prometheus-alertmanager";
    const before = await ask("monitor", started);
    await on("monitor", command);
    expect(await ask("monitor", started)).not.toBe(before);
    expect(await eventually("its silences", () => ask("monitor", `${amtool} query --quiet alertname=NoSuchAlert`), 30)).toBe(silence);
    expect(await ask("monitor", "stat --format='%U %a' /var/lib/prometheus/alertmanager; find /var/lib/prometheus/alertmanager ! -user prometheus-alertmanager")).toBe("prometheus-alertmanager 700");
  } finally {
    await ask("monitor", `${amtool} expire ${silence}`);
  }
}, 60_000);

test("the stack's secrets are in plain text only in root-only files", async () => {
  const secret = fs.readFileSync(inState("secrets", "django-secret-key"), "utf8");
  expect(secret.length).toBeGreaterThan(40);
  // In the engine's state and the settings.
  const grep = await run("grep", ["-rlF", "-f", "-", inState("pulumi"), inState("workspace")], { input: secret });
  expect([grep.code, grep.stdout]).toEqual([1, ""]);
  // What machines are told is packed, so that its words would not be found: all of it is a secret to the engine.
  const state = JSON.parse(fs.readFileSync(inState("pulumi", ".pulumi", "stacks", "ringo-infra", "local.json"), "utf8"));
  const commands = state.checkpoint.latest.resources.filter(({ type }: any) => type === "command:remote:Command");
  expect(commands.length).toBeGreaterThan(10);
  for (const { urn, inputs, outputs } of commands) for (const { stdin } of [inputs, outputs]) expect([urn, Object.keys(stdin).sort()]).toEqual([urn, ["4dabf18193072939515e22adb298388d", "ciphertext"]]);
  // On a machine: in files others can read, in a command line, in the journal or in user data. The pattern comes from
  // a root-only file, so that the search itself puts nothing on a command line.
  const found = await on("api-0", `
    sed -n 's/^DJANGO_SECRET_KEY=//p' /etc/ringo/release.env > /run/pattern; chmod 600 /run/pattern; test -s /run/pattern
    find /etc /var/lib/cloud /var/log /var/lib/ringo /tmp /run/user -xdev -type f -perm -o=r -exec grep -lFf /run/pattern {} + || true
    cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -cFf /run/pattern || true
    journalctl --no-pager | grep -cFf /run/pattern || true
    rm /run/pattern`);
  expect(found.trim().split("\n")).toEqual(["0", "0"]);
}, 60_000);
