import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { alertmanager, blackbox, celeryExporter, facts, node, postgresExporter, prometheus, redisExporter, type Receivers } from "../../../machine/monitoring";
import { combine, type Fragment } from "../../../machine/state";
import { freePort } from "../edge/edge-harness";
import { content } from "../fragment";

const directory = "/etc/prometheus/ringo";

const watched = prometheus({
  stack: "test",
  machines: [
    { name: "monitor", role: "monitor", privateAddress: "10.20.0.9", exporters: ["node"] },
    { name: "edge", role: "edge", privateAddress: "10.20.0.4", exporters: ["node", "nginx", "edge"] },
    { name: "api-0", role: "api", privateAddress: "10.20.0.6", exporters: ["node", "django"] },
  ],
  edge: { machine: "edge", domain: "api.ringo.test" }, monitor: "monitor", logs: true, grafana: true,
  scrapeSeconds: 15, probeSeconds: 60, retentionDays: 30, retentionGiB: 10,
  rules: { patience: (seconds) => seconds, objectivePercent: 99.5, pool: { min: 2, max: 10 } }, runbook: "https://runbook.example/alerts.md",
});
const everyone: Receivers = {
  webhookUrl: "https://hooks.example/made-up-hook", slackUrl: "https://hooks.slack.example/made-up-slack", telegram: { token: "1:made-up-token", chatId: -100 },
  email: { to: "a@ringo.test", from: "b@ringo.test", server: "mail.ringo.test:587", username: "b", password: "made-up-password" },
};
const told = (receivers: Receivers, heartbeatUrl?: string): Fragment => alertmanager({ receivers, heartbeatUrl, heartbeatSeconds: 60, ports: [443], scrapeSeconds: 15 });

/** Puts a fragment's files into a folder, with every path in them led there, and runs a program on one. */
function judged(fragment: Fragment, program: (path: (file: string) => string) => string[]): { status: number | null; output: string } {
  const root = mkdtempSync(join(tmpdir(), "ringo-monitor-"));
  try {
    for (const file of fragment.files!) {
      mkdirSync(dirname(join(root, file.path)), { recursive: true });
      writeFileSync(join(root, file.path), file.content.replaceAll(directory, root + directory));
    }
    const [name, ...args] = program((file) => root + file);
    const { status, stdout, stderr } = spawnSync(name, args, { encoding: "utf8" });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("Prometheus", () => {
  test("accepts its configuration, rules and targets", () => {
    expect(judged(watched, (path) => ["promtool", "check", "config", path(`${directory}/prometheus.yml`)])).toMatchObject({ status: 0 });
  });

  test("has each machine as a target of each of its exporters, and no other", () => {
    const targets = (job: string) => JSON.parse(content(watched, `${directory}/targets/${job}.json`)) as { targets: string[]; labels: object }[];
    expect(targets("node").flatMap((each) => each.targets)).toEqual(["10.20.0.9:9100", "10.20.0.4:9100", "10.20.0.6:9100"]);
    expect(targets("django")).toEqual([{ targets: ["10.20.0.6:9180"], labels: { machine: "api-0", role: "api" } }]);
    expect(targets("postgres")).toEqual([]);
  });

  test("is ready when every target answers it: checked like a scrape, as its user", () => {
    const asked = watched.checks!.flatMap(({ command }) => /^runuser -u prometheus -- curl --fail .* (http:\S+)$/.exec(command)?.[1] ?? []);
    const targets = watched.files!.filter(({ path }) => path.startsWith(`${directory}/targets/`))
      .flatMap(({ content: list }) => (JSON.parse(list) as { targets: string[] }[]).flatMap((each) => each.targets));
    expect(targets.length).toBeGreaterThan(3);
    expect(asked.sort()).toEqual(targets.map((target) => `http://${target}/metrics`).sort());
  });

  test("answers only on loopback, and keeps metrics as configured", () => {
    const unit = content(watched, "/etc/systemd/system/prometheus.service.d/ringo.conf");
    expect(unit).toMatch(/--web\.listen-address=127\.0\.0\.1:9090/);
    expect(unit).toMatch(/--storage\.tsdb\.retention\.time=30d --storage\.tsdb\.retention\.size=10GB/);
  });

  test("scrapes and evaluates often enough to be at most two scrapes late", () => {
    const { global } = JSON.parse(content(watched, `${directory}/prometheus.yml`)) as { global: Record<string, string> };
    const seconds = (name: string) => Number(global[name].replace("s", ""));
    // The reading that fails, the judging, once more for what must hold for a while, and Alertmanager's second.
    expect(seconds("scrape_interval") + seconds("scrape_timeout") + 2 * seconds("evaluation_interval") + 1).toBeLessThanOrEqual(2 * seconds("scrape_interval"));
  });
});

describe("Alertmanager", () => {
  test.each<[string, Receivers, string | undefined]>([
    ["nobody", {}, undefined], ["everyone", everyone, "https://switch.example/made-up-switch"], ["a webhook", { webhookUrl: everyone.webhookUrl }, undefined],
  ])(
    "accepts a configuration that notifies %s", (_who, receivers, heartbeatUrl) => {
      expect(judged(told(receivers, heartbeatUrl), (path) => ["amtool", "check-config", path(`${directory}/alertmanager.yml`)])).toMatchObject({ status: 0 });
    });

  test.each([
    ['alertname="PostgresDown" severity="critical" machine="data"', "people"], ['alertname="Watchdog" severity="warning"', "dead man's switch"],
  ])("sends %s to %s", (labels, receiver) => {
    const { output } = judged(told(everyone), (path) => ["sh", "-c", 'amtool "$@" 2>/dev/null', "sh", "config", "routes", "test", `--config.file=${path(`${directory}/alertmanager.yml`)}`, ...labels.split(" ")]);
    expect(output.trim()).toBe(receiver);
  });

  /** What becomes of alerts that fire at once, in their order. Nobody is told: what is held back is so without them. */
  async function states(...firing: Record<string, string>[]): Promise<string[]> {
    const port = String(await freePort());
    const alerts = JSON.stringify(firing.map((labels, i) => ({ labels: { severity: "critical", stack: "test", ...labels, i: String(i) } })));
    const script = `/usr/bin/prometheus-alertmanager --config.file=$1 --storage.path=$0/kept --web.listen-address=127.0.0.1:$2 --cluster.listen-address= 2>/dev/null & trap "kill $!" EXIT
      curl -sSf -o /dev/null --retry 40 --retry-connrefused --retry-delay 1 -H 'Content-Type: application/json' -d '${alerts}' http://127.0.0.1:$2/api/v2/alerts 2>/dev/null
      curl -sSf http://127.0.0.1:$2/api/v2/alerts`;
    const { output } = judged(told({}), (path) => ["sh", "-ec", script, path(""), path(`${directory}/alertmanager.yml`), port]);
    const found = JSON.parse(output) as { labels: { i: string }; status: { state: string } }[];
    return found.sort((a, b) => Number(a.labels.i) - Number(b.labels.i)).map(({ status }) => status.state);
  }

  test.each([["AlertsNotDelivered", "suppressed"], ["MonitorDroppingAlerts", "suppressed"], ["MachineDown", "active"]])("with %s firing the heartbeat is %s", async (alertname, state) => {
    expect(await states({ alertname: "Watchdog" }, { alertname })).toEqual([state, "active"]);
  }, 60_000);

  test("inhibits alerts with the same cause, but none about another machine, disk or queue", async () => {
    const [heldBack, heard] = ["suppressed", "active"];
    const all: [Record<string, string>, string][] = [
      [{ alertname: "MachineDown", machine: "api-0" }, heard], [{ alertname: "DiskFilling", machine: "api-0", mountpoint: "/" }, heldBack], [{ alertname: "ApiProcessDown", machine: "api-1" }, heard], [{ alertname: "BackupOld" }, heard],
      [{ alertname: "DiskNearlyFull", machine: "data", mountpoint: "/" }, heard], [{ alertname: "DiskFilling", machine: "data", mountpoint: "/" }, heldBack], [{ alertname: "DiskFilling", machine: "data", mountpoint: "/srv/data" }, heard],
      [{ alertname: "QueueVeryLong", queue: "orders" }, heard], [{ alertname: "QueueLong", queue: "orders" }, heldBack], [{ alertname: "QueueLong", queue: "finance" }, heard],
    ];
    expect(await states(...all.map(([labels]) => labels))).toEqual(all.map(([, state]) => state));
  }, 60_000);

  test("repeats critical alerts every hour, and others twice a day", () => {
    const { route } = JSON.parse(content(told(everyone), `${directory}/alertmanager.yml`)) as { route: { repeat_interval: string; routes: { matchers: string[]; repeat_interval: string }[] } };
    expect([route.repeat_interval, route.routes.find(({ matchers }) => matchers.join() === 'severity="critical"')?.repeat_interval]).toEqual(["12h", "1h"]);
  });

  test("sends mail only over TLS, since it logs in there", () => {
    const { receivers } = JSON.parse(content(told(everyone), `${directory}/alertmanager.yml`)) as { receivers: { email_configs?: { require_tls: boolean }[] }[] };
    expect(receivers.flatMap(({ email_configs = [] }) => email_configs.map(({ require_tls }) => require_tls))).toEqual([true]);
  });

  test.each<[string[], string]>([[[], "nflog\nsilences\n"], [["--boot"], "silences\n"]])("forgets sent notifications at a boot, and only then: systemd-tmpfiles %j", (words, left) => {
    const script = `kept=$0/var/lib/prometheus/alertmanager; mkdir -p $kept; touch $kept/nflog $kept/silences
      systemd-tmpfiles --root=$0 --remove "$@" $0/etc/tmpfiles.d/ringo-alertmanager.conf; ls $kept`;
    expect(judged(told(everyone), (path) => ["sh", "-ec", script, path(""), ...words])).toEqual({ status: 0, output: left });
  });

  test("writes to its own data alone, which systemd gives it from whoever had it before, and Prometheus to Prometheus's", () => {
    const writes = (fragment: Fragment, name: string) => content(fragment, `/etc/systemd/system/${name}.service.d/ringo.conf`).match(/^(StateDirectory|ReadWritePaths).*|--storage\S*path=\S+/gm);
    expect(writes(told({}), "prometheus-alertmanager")).toEqual(["--storage.path=/var/lib/prometheus/alertmanager", "StateDirectory=prometheus/alertmanager", "StateDirectoryMode=0700"]);
    expect(writes(watched, "prometheus")).toEqual(["--storage.tsdb.path=/var/lib/prometheus/metrics2", "StateDirectory=prometheus/metrics2", "StateDirectoryMode=0700"]);
  });

  test("keeps its data when Debian's package is updated, which would give them to the user of all its packages", () => {
    const [step] = told({}).steps!.filter(({ command }) => command.includes("dpkg-statoverride"));
    const words = (text: string) => text.replaceAll(/prometheus-alertmanager(?= )/g, "daemon");
    const script = `export DPKG_ADMINDIR=$0/dpkg; mkdir $DPKG_ADMINDIR; touch $DPKG_ADMINDIR/statoverride
      look() { ${words(step.unless!)} && echo known || echo unknown; }; look; ${words(step.command)}; look; cat $DPKG_ADMINDIR/statoverride`;
    expect(judged(told({}), (path) => ["sh", "-ec", script, path("")])).toEqual({ status: 0, output: "unknown\nknown\ndaemon daemon 700 /var/lib/prometheus/alertmanager\n" });
  });

  test("has a link to the runbook in every message for people", () => {
    const { receivers } = JSON.parse(content(told(everyone), `${directory}/alertmanager.yml`)) as { receivers: { slack_configs: any; telegram_configs: any; email_configs: any }[] };
    const [{ slack_configs, telegram_configs, email_configs }] = receivers;
    for (const text of [slack_configs[0].text, telegram_configs[0].message, email_configs[0].text]) expect(text).toContain(".Annotations.runbook_url");
  });
});

test("no secret is outside files for root and the programs that need them", () => {
  const state = combine(
    told(everyone, "https://switch.example/made-up-switch"), redisExporter("10.20.0.5", "made-up-exporter"),
    celeryExporter({ host: "10.20.0.5", password: "made-up-queues", queues: ["default"], workers: ["worker@worker-0"], stopTimeoutSeconds: 300, pool: { min: 2, max: 10 } }),
  );
  const open = state.files.filter((file) => !(file.secret && (file.mode === "0600" || (file.mode === "0640" && file.group === "prometheus-alertmanager"))));
  expect(JSON.stringify({ ...state, secrets: [], files: open })).not.toContain("made-up");
  for (const secret of ["made-up-hook", "made-up-slack", "made-up-token", "made-up-password", "made-up-switch", "made-up-exporter", "made-up-queues"]) {
    expect(state.secrets.join("\n")).toContain(secret);
  }
});

test("systemd accepts every unit, without unknown directives", () => {
  const state = combine(
    node("10.20.0.5"), facts({ keys: { deployer: [], operator: [] } }), postgresExporter("10.20.0.5", "ringo"), watched, told({}), blackbox([]),
    celeryExporter({ host: "10.20.0.5", password: "x", queues: [], workers: [], stopTimeoutSeconds: 300, pool: { min: 1, max: 1 } }),
  );
  for (const { path, content: text } of state.files.filter(({ path: of }) => of.startsWith("/etc/systemd/system/"))) {
    // A drop-in alone is no unit; its lines are the same. The programs are not here.
    const whole = text.replace(/ExecStart=\/\S+/, "ExecStart=/bin/true").replace(/^(ExecStart|ExecCondition|EnvironmentFile)=\n/gm, "").replace(/^User=.*\n/m, "");
    const folder = mkdtempSync(join(tmpdir(), "ringo-unit-"));
    const file = join(folder, "ringo-checked.service");
    writeFileSync(file, whole);
    const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", file], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect([path, (stdout + stderr).split("\n").filter((line) => /Unknown|Failed to parse|Invalid|ignoring/i.test(line))]).toEqual([path, []]);
  }
});
