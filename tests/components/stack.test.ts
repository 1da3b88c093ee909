import * as pulumi from "@pulumi/pulumi";
import { sizes } from "../../config";
import type { MachineState } from "../../machine/state";
import { deploy, named, plain, short, stackWith, stateOf, type Registered } from "./program";

const of = (resources: Registered[], type: string): Registered[] => resources.filter((r) => r.type === type);
const droplet = "digitalocean:index/droplet:Droplet";
const command = "command:remote:Command";

describe("the whole stack", () => {
  let resources: Registered[];
  let outputs: any;
  beforeAll(async () => ({ resources, outputs } = await stackWith()));

  test("is one edge, one data machine, two API machines, a worker and a monitor", () => {
    expect(of(resources, droplet).map((r) => short(r.name)).sort()).toEqual(
      ["api-0-droplet", "api-1-droplet", "data-droplet", "edge-droplet", "monitor-droplet", "worker-0-droplet"]);
    expect(outputs.machines.map((m: any) => [m.name, m.role, m.publicAddress])).toEqual([
      ["edge", "edge", "198.18.0.200"], ["data", "data", null], ["api-0", "api", null], ["api-1", "api", null], ["worker-0", "worker", null],
      ["monitor", "monitor", null],
    ]);
  });

  test("gives only the edge a public address", () => {
    for (const { name, inputs } of of(resources, droplet)) {
      expect([name, inputs.publicNetworking]).toEqual([name, short(name) === "edge-droplet"]);
    }
  });

  test("puts every droplet behind a firewall by its role's tag", () => {
    const firewalls = of(resources, "digitalocean:index/firewall:Firewall").flatMap((f) => f.inputs.tags);
    for (const { inputs } of of(resources, droplet)) {
      expect(inputs.tags.filter((tag: string) => firewalls.includes(tag))).toHaveLength(1);
    }
  });

  test("has the stack's name in every role's tag", () => {
    const roles = of(resources, "digitalocean:index/firewall:Firewall").map(({ inputs }) => JSON.stringify(inputs).match(/role:[a-z-]+/g)!);
    expect(new Set(roles.flat().map((tag) => tag.replace(/[a-z]+$/, "")))).toEqual(new Set(["role:ringo-test-"]));
  });

  test("opens only 80 and 443 on the edge to the world", () => {
    const open = of(resources, "digitalocean:index/firewall:Firewall").flatMap(({ name, inputs }) =>
      inputs.inboundRules
        .filter((rule: any) => (rule.sourceAddresses ?? []).some((cidr: string) => cidr.endsWith("/0")))
        .map((rule: any) => `${name} ${rule.protocol} ${rule.portRange}`));
    expect(open).toEqual(["network-firewall-edge tcp 80", "network-firewall-edge tcp 443"]);
  });

  test("checks a running PostgreSQL's database and role before it changes anything on its machine", () => {
    const states = ["data-base", "data-data"].map((name) => stateOf(named(resources, name)));
    const telling = states.findIndex((state) => JSON.stringify(state.files).includes("dbname=ringo"));
    const asking = states.findIndex(({ steps }) => steps.some(({ name, when }) => name === "PostgreSQL has what is declared" && when === "before-packages"));
    expect([telling, asking]).toEqual([0, 0]);
  });

  test("checks that whoever updates the edge may still connect, before the edge's own firewall changes", () => {
    const { files, steps } = stateOf(named(resources, "edge-base"));
    expect(files.map(({ path }) => path)).toContain("/etc/nftables.conf");
    const asking = steps.find(({ name }) => name === "who updates this machine may still connect")!;
    expect([asking.when, asking.command]).toEqual(["before-packages", expect.stringContaining("'198.18.0.254/32'")]);
  });

  test("checks a host key on every connection, including the bastion's", () => {
    const connections = of(resources, command).map((r) => [short(r.name), plain(r.inputs.connection)] as const);
    expect(connections.length).toBeGreaterThan(10);
    const [origin] = /[0-9a-f]{4}$/.exec(named(resources, "edge-host-key").name)!;
    for (const [name, connection] of connections) {
      const host = name.replace(/-[a-z]+$/, "");
      expect(connection.hostKey).toBe(`ssh-ed25519 AAAA${host.replace("-", "")}${name.endsWith("-boot") ? "bootkey" : "hostkey"}${origin}`);
      if (host === "edge") expect(connection.proxy).toBeUndefined();
      else expect(connection.proxy.hostKey).toBe(`ssh-ed25519 AAAAedgehostkey${origin}`);
    }
  });

  test("shuts the private network out of no machine behind the bastion: everybody comes from there, and one mistyped key would lock out all", () => {
    const spared = Object.fromEntries(outputs.machines.map(({ name }: { name: string }) => {
      const text = (path: string) => stateOf(named(resources, `${name}-base`)).files.find((file) => file.path === path)!.content;
      return [name, [/^PerSourcePenaltyExemptList (.*)$/m.exec(text("/etc/ssh/sshd_config.d/10-ringo.conf"))?.[1], /^ignoreip = 127\.0\.0\.0\/8 ::1 ?(.*)$/m.exec(text("/etc/fail2ban/jail.local"))![1]]];
    }));
    const { inputs: { ipRange } } = resources.find(({ type }) => type.endsWith(":Vpc"))!;
    expect(spared).toEqual({ ...Object.fromEntries(Object.keys(spared).map((name) => [name, [ipRange, ipRange]])), edge: [undefined, ""] });
  });

  test("has no key in user data that is still trusted after the first connection", () => {
    for (const { name, inputs } of of(resources, droplet)) {
      const userData = plain(inputs.userData);
      expect(userData).toContain(`private key of ${name.replace("-droplet", "-boot-key")}`);
      expect(userData).not.toContain("host-key");
      expect(userData).not.toContain("passwordOf");
    }
  });

  test("sends every machine's state as a secret", () => {
    for (const { inputs } of of(resources, command)) {
      expect(Object.keys(inputs.stdin)).toContain("4dabf18193072939515e22adb298388d");
    }
  });

  test("has passwords in secrets only", () => {
    const open = (value: any): string => {
      if (Array.isArray(value)) return value.map(open).join("\n");
      if (value && typeof value === "object") {
        return value["4dabf18193072939515e22adb298388d"] ? "" : Object.values(value).map(open).join("\n");
      }
      return String(value);
    };
    const text = resources.map((r) => open(r.inputs)).join("\n");
    for (const secret of ["passwordOf", "not-a-real-key", "private key of edge-host-key", "private key of access-deployer"]) {
      expect(text).not.toContain(secret);
    }
  });

  test("runs the worker under the autoscaler's bounds, maximum first, and beat beside it", () => {
    const { containers } = stateOf(named(resources, "worker-0-worker"));
    expect(containers.map((c) => c.name)).toEqual(["ringo-worker", "ringo-beat"]);
    expect(containers[0].command).toContain("--autoscale=10,2");
    expect(containers[0].command).toContain("-E");
  });

  test("gives API and beat a different Redis user than workers and the trial worker", () => {
    const redisOf = ({ environment }: { environment: Record<string, string> }) => /^redis:\/\/(\w+):/.exec(environment.CELERY_BROKER_URL)![1];
    const users = ["api-0-api", "api-1-api", "worker-0-worker"].flatMap((name) => stateOf(named(resources, name)).containers.map((container) => [container.name, redisOf(container)]));
    expect(users).toEqual([["ringo-api", "producer"], ["ringo-api", "producer"], ["ringo-worker", "ringo"], ["ringo-beat", "producer"]]);
    expect(stateOf(named(resources, "api-0-release")).files.find(({ path }) => path === "/etc/ringo/release.env")!.content).toContain("CELERY_BROKER_URL=redis://ringo:");
  });

  test("publishes the API on the machine's private address only", () => {
    for (const name of ["api-0", "api-1"]) {
      const { publish } = stateOf(named(resources, `${name}-api`)).containers[0];
      const address = outputs.machines.find((m: any) => m.name === name).privateAddress;
      expect(publish).toEqual([`${address}:8000:8000`]);
    }
  });

  test("reboots single machines together after an update, and the machines of a tier one at a time", () => {
    const times = Object.fromEntries(outputs.machines.map(({ name }: { name: string }) => [name, /Automatic-Reboot-Time "(\S+)"/.exec(
      stateOf(named(resources, `${name}-base`)).files.find(({ path }) => path.endsWith("60ringo-unattended-upgrades"))!.content)![1]]));
    expect(times).toEqual({ edge: "04:00", data: "04:00", monitor: "04:00", "api-0": "04:05", "api-1": "04:10", "worker-0": "04:05" });
  });

  test("gives the edge read-only access to the shared files", () => {
    const keyOn = (name: string) => stateOf(named(resources, name)).files.find((f) => f.path === "/etc/ringo/media/key")?.content;
    expect(keyOn("edge-edge")).toBe("private key of data-media-reader-1\n");
    expect(keyOn("worker-0-worker")).toBe("private key of data-media-writer-1\n");
    const mountOn = (name: string) => /^ExecStart=sshfs .* (\S+)@\S+:\/ /m.exec(stateOf(named(resources, name)).files.find((f) => f.path.endsWith("/ringo-media.service"))!.content)![1];
    expect([mountOn("edge-edge"), mountOn("worker-0-worker")]).toEqual(["ringo-media-reader", "ringo-media"]);
  });

  test("starts containers after the shared files are mounted and stops them before, so that no upload stays on the machine", () => {
    for (const name of ["api-0-base", "api-1-base", "worker-0-base"]) {
      const { files } = stateOf(named(resources, name));
      for (const unit of ["docker.service.d/ringo.conf", "ringo-containers.service"]) {
        expect([name, unit, files.find(({ path }) => path === `/etc/systemd/system/${unit}`)!.content]).toEqual([name, unit, expect.stringMatching(/^After=.*\bringo-media\.service\b/m)]);
      }
    }
  });

  test("fits PostgreSQL, Redis and waiting WAL into the data machine", () => {
    const { files } = stateOf(named(resources, "data-data"));
    const setting = (file: string, pattern: RegExp) => Number(pattern.exec(files.find(({ path }) => path.endsWith(file))!.content)![1]);
    const { memoryMiB } = sizes[named(resources, "data-droplet").inputs.size];
    expect(setting("/redis.conf", /^maxmemory (\d+)mb$/m) + setting("/postgresql.conf", /^shared_buffers = '(\d+)MB'$/m)).toBeLessThan(memoryMiB / 2);
    expect(setting("/postgresql.conf", /^archive_timeout = '(\d+)s'$/m)).toBeLessThanOrEqual(60); // what a lost machine costs at most
    expect(setting("/pgbackrest.conf", /^archive-push-queue-max=(\d+)MiB$/m)).toBeLessThan(named(resources, "data-volume").inputs.size * 1024 / 2);
  });

  test("lets the monitor collect from every machine", () => {
    const files = stateOf(named(resources, "monitor-monitor")).files;
    const [targets] = files.filter(({ path }) => path.endsWith("targets/node.json")).map(({ content }) => JSON.parse(content) as any[]);
    expect(targets.map(({ targets: [target], labels }) => [labels.machine, labels.role, target]).sort())
      .toEqual(outputs.machines.map((m: any) => [m.name, m.role, `${m.privateAddress}:9100`]).sort());
    const monitor = outputs.machines.find((m: any) => m.role === "monitor").privateAddress;
    for (const { name } of outputs.machines) {
      const rules = stateOf(named(resources, `${name}-base`)).files.find(({ path }) => path === "/etc/nftables.conf")!.content;
      expect([name, rules]).toEqual([name, expect.stringContaining(`ip saddr ${monitor} tcp dport 9100 accept`)]);
    }
  });

  test("has an uptime check, without alerts if no address is set", () => {
    const outside = resources.filter(({ name, type }) => name.startsWith("outside") && type.startsWith("digitalocean:"));
    expect(outside.map(({ inputs }) => inputs.target)).toEqual(["https://api.ringo.test/api/health/"]);
  });

  test("expects exactly the existing workers, and gives them time to stop", () => {
    const settings = stateOf(named(resources, "monitor-monitor")).files.find(({ path }) => path.endsWith("celery-exporter.json"))!.content;
    expect(JSON.parse(settings)).toMatchObject({ workers: ["worker@worker-0"], stopTimeoutSeconds: 300, pool: { min: 2, max: 10 }, queues: ["default", "finance", "notifications", "orders"] });
  });

  test("names the record after the zone", () => {
    const { inputs } = named(resources, "edge-record");
    expect(inputs).toMatchObject({ domain: "ringo.test", name: "api", type: "A", value: "198.18.0.200" });
  });
});

describe("beat", () => {
  test.each([1, 2, 5])("runs exactly once with %i workers", async (count) => {
    const { resources } = await deploy({ workerInstanceCount: count });
    const beats = of(resources, command).filter((r) => r.name.endsWith("-worker"))
      .flatMap((r) => stateOf(r).containers).filter((c) => c.name === "ringo-beat");
    expect(of(resources, droplet).filter((r) => r.name.startsWith("worker-"))).toHaveLength(count);
    expect(beats).toHaveLength(1);
  });
});

test("one more API machine changes only the edge's and the monitor's state", async () => {
  const states = async (changes?: Record<string, unknown>) => {
    const { resources } = await stackWith(changes);
    return new Map(of(resources, command).map((r) => [r.name, JSON.stringify(stateOf(r))]));
  };
  const [two, three] = [await states(), await states({ apiInstanceCount: 3 })];
  const changed = [...two.keys()].filter((name) => two.get(name) !== three.get(name));
  expect(changed.sort()).toEqual(["edge-edge", "monitor-monitor"]);
  expect([...three.keys()].filter((name) => !two.has(name)).map(short).sort()).toEqual(["api-2-api", "api-2-base", "api-2-boot"]);
});

describe("Sentry", () => {
  const image = (letters: string) => `registry.ringo.dev/ringo/backend@sha256:${letters.repeat(32)}`;
  const told = { sentry: { organization: "ringo", project: "backend" }, sentryAuthToken: "not-a-token-of-sentry", sentryDsn: "https://publickey@sentry.ringo.dev/1" };
  const states = async (changes: Record<string, unknown>) =>
    new Map(of((await stackWith(changes)).resources, command).filter((r) => r.name.startsWith("monitor-")).map((r) => [r.name, stateOf(r)]));
  const noted = (state: MachineState | undefined) => state?.files.map(({ path, content }) => [path, content.trim()]);

  test("is told of each image once, by the release name of the errors", async () => {
    const release = `backend@${"ab".repeat(32)}`;
    const first = await states({ ...told, image: image("ab") });
    expect([noted(first.get("monitor-release")), noted(first.get("monitor-deploy"))]).toEqual([[["/etc/ringo/sentry/release", release]], [["/etc/ringo/sentry/deploy", release]]]);
    const { resources } = await stackWith({ ...told, image: image("ab") });
    for (const name of ["api-0-api", "api-1-api", "worker-0-worker"]) {
      for (const { environment } of stateOf(named(resources, name)).containers) {
        expect(environment).toMatchObject({ SENTRY_DSN: told.sentryDsn, SENTRY_ENVIRONMENT: "test", SENTRY_RELEASE: release });
      }
    }
    const [another, otherwise] = [await states({ ...told, image: image("cd") }), await states({ ...told, image: image("ab"), apiInstanceCount: 3, concurrency: 2 })];
    const changed = (now: typeof first) => [...now.keys()].filter((name) => ["monitor-release", "monitor-deploy"].includes(name) && JSON.stringify(now.get(name)) !== JSON.stringify(first.get(name)));
    expect([changed(another), changed(otherwise)]).toEqual([["monitor-release", "monitor-deploy"], []]);
  });

  test("is told nothing without a token, while errors are still reported", async () => {
    const { resources } = await deploy({ sentryDsn: told.sentryDsn });
    expect(resources.map(({ name }) => name)).not.toEqual(expect.arrayContaining(["monitor-release"]));
    expect(stateOf(named(resources, "monitor-base")).files.map(({ path }) => path)).not.toContain("/etc/ringo/sentry/token");
    expect(stateOf(named(resources, "api-0-api")).containers[0].environment).toHaveProperty("SENTRY_DSN");
  });
});

test("a faulty configuration registers no resource", async () => {
  await expect(deploy({ apiInstanceCount: 0, apiSize: "s-99vcpu" })).rejects.toThrow(/apiInstanceCount[\s\S]*apiSize/);
});

test("DigitalOcean's own alerts cover the API, its certificate and every machine", async () => {
  const { resources } = await deploy({ alerts: { runbook: "https://wiki.ringo.dev/alerts", cloudEmails: ["a@ringo.test"] } });
  const alerts = (type: string) => of(resources, type).map(({ inputs }) => inputs);
  expect(alerts("digitalocean:index/uptimeAlert:UptimeAlert").map((inputs) => [inputs.type, inputs.threshold, inputs.notifications])).toEqual([
    // Of certificates of 45 days, Let's Encrypt's from 2028 on, every one is down to 15 before it is renewed.
    ["down_global", undefined, [{ emails: ["a@ringo.test"] }]], ["ssl_expiry", 10, [{ emails: ["a@ringo.test"] }]],
  ]);
  for (const inputs of alerts("digitalocean:index/monitorAlert:MonitorAlert")) expect([inputs.tags, inputs.alerts]).toEqual([["stack:ringo-test"], { emails: ["a@ringo.test"] }]);
  expect(alerts("digitalocean:index/monitorAlert:MonitorAlert")).toHaveLength(3);
});

test("a stack without a receiver warns, and its alerts still link to the runbook", async () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
  const { resources } = await deploy({ alerts: {}, alertWebhookUrl: undefined, deadMansSwitchUrl: undefined });
  expect(warn.mock.calls.map(([message]) => message)).toEqual([expect.stringContaining("nobody is told of alerts"), expect.stringContaining("deadMansSwitchUrl")]);
  warn.mockRestore();
  const rules = stateOf(named(resources, "monitor-monitor")).files.find(({ path }) => path.endsWith("rules/data.yml"))!.content;
  expect(rules).toContain('"docs/alerts.md#postgresdown"');
});

test("without the autoscaler the concurrency is fixed", async () => {
  const { resources } = await deploy({ autoscaler: { enabled: false }, concurrency: 3 });
  const { command: words } = stateOf(named(resources, "worker-0-worker")).containers[0];
  expect(words).toContain("--concurrency=3");
  expect(words.join(" ")).not.toContain("--autoscale");
});
