import { shipper, store } from "../../../machine/logs";
import { combine } from "../../../machine/state";

const options = { image: "registry.ringo.test/loki:1", address: "10.10.0.7", tls: { certificate: "certificate", key: "not-a-key" }, retentionDays: 90, retentionGiB: 15 };

test("the store answers only on loopback, and its intake returns nothing", () => {
  const state = combine(store(options));
  expect(state.containers[0].publish).toEqual(["127.0.0.1:3100:3100"]);
  const intake = state.files.find(({ path }) => path === "/etc/nginx/nginx.conf")!.content;
  expect(intake.match(/^ +location .*$/gm)).toEqual(["        location = /loki/api/v1/push {", "        location / {"]);
  expect(intake).toMatch(/push \{\s+limit_except POST \{ deny all; \}[^]*location \/ \{\s+return 404;/);
  expect(intake).toMatch(/listen 10\.10\.0\.7:3101 ssl;/);
});

test("lines are kept within the configured days and bytes: Loki gets the limit, rereads it, and removes what is older", () => {
  const state = combine(store(options));
  const [loki, bound] = ["/srv/ringo/loki/loki.json", "/etc/ringo/logs/bound.json"].map((name) => JSON.parse(state.files.find(({ path }) => path === name)!.content));
  expect(loki).toMatchObject({ compactor: { retention_enabled: true }, limits_config: { retention_period: `${90 * 24}h` }, runtime_config: { period: "1m" } });
  expect(bound).toMatchObject({ days: 90, bytes: 15 * 1024 ** 3 });
  // What is written there is what Loki reads, by another path.
  const [{ command, volumes }] = state.containers;
  const [outside, inside] = volumes!.map((volume) => volume.split(":")).find(([source]) => bound.overrides.startsWith(`${source}/`))!;
  expect(command).toContain(`-runtime-config.file=${bound.overrides.replace(outside, inside)}`);
});

test("other settings make another container, since it reads them only at start", () => {
  const environment = (days: number) => combine(store({ ...options, retentionDays: days })).containers[0].environment;
  expect(environment(90)).toEqual(environment(90));
  expect(environment(30)).not.toEqual(environment(90));
});

test("the intake's key is readable only by root, and redacted in all output", () => {
  const state = combine(store(options));
  expect(state.files.filter(({ content }) => content.includes("not-a-key"))).toEqual([expect.objectContaining({ mode: "0600", secret: true })]);
  expect(state.secrets).toEqual(["not-a-key"]);
});

test("a shipper reaches the store, and nothing else", () => {
  const state = combine(shipper({ machine: "edge", role: "edge", store: { address: "10.10.0.7", port: 3101, certificate: "certificate" } }));
  const rules = state.files.filter(({ path }) => path.startsWith("/etc/ringo/nftables/")).map(({ content }) => content).join("");
  expect(rules).toBe('meta skuid { "ringo-logs" } ip daddr 10.10.0.7 tcp dport 3101 accept comment "logs"\n');
  expect(state.units).toContainEqual({ name: "syslog-ng.service", enabled: false, running: false });
});

test("lines go only to the authenticated store, wait while it is down, and are not dropped while it cannot accept them", () => {
  const { files } = combine(shipper({ machine: "m", role: "api", store: { address: "10.10.0.7", port: 3101, certificate: "the store's own" } }));
  const pipeline = files.find(({ path }) => path.endsWith("shipper.conf"))!.content;
  const [, authority] = /tls\(ca-file\("([^"]+)"\) peer-verify\(yes\)\)/.exec(pipeline)!;
  expect(files.find(({ path }) => path === authority)!.content).toBe("the store's own");
  const [, waits, bytes] = /disk-buffer\(reliable\((\w+)\) capacity-bytes\((\d+)\)/.exec(pipeline)!;
  expect(files.find(({ path }) => path.endsWith("ringo-logs.service"))!.content).toMatch(/^StartLimitIntervalSec=0$[^]*^Restart=always$/m);
  // When that is full, it stops reading.
  expect([waits, Number(bytes) > 64 * 1024 ** 2, pipeline.includes("flags(flow-control)")]).toEqual(["yes", true, true]);
  const actions = /response-action\(([^)]*)\)/.exec(pipeline)![1].split(", ");
  expect(actions.filter((action) => !/^\d+ => disconnect$/.test(action))).toEqual(["400 => drop"]);
  expect(actions.map((action) => action.slice(0, 3))).toEqual(expect.arrayContaining(["429", "500", "502", "503", "504"]));
});

test.each([["edge", ["nginx", "nginx-error", "waf", "audit"]], ["data", ["postgresql", "audit"]], ["api", ["audit"]]])("on %s it reads the journal and %s", (role, sources) => {
  const { files } = combine(shipper({ machine: "m", role, store: { address: "10.10.0.7", port: 3101, certificate: "" } }));
  const pipeline = files.find(({ path }) => path.endsWith("shipper.conf"))!.content;
  expect([...pipeline.matchAll(/file\("[^"]+" flags\(no-parse\)[^]*?set\("([^"]+)" value\("\.ringo\.source"\)\)/g)].map(([, source]) => source)).toEqual(sources);
  expect(pipeline).toContain("systemd-journal(");
});
