import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { conditionOf } from "../../../machine/monitoring/alerts/rule";
import { ports, type Exporter } from "../../../machine/monitoring/ports";
import { dropForeignMetrics } from "../../../machine/monitoring/metric-sources";
import { alerts } from "./alerts/promtool";

/** Every name that an alert goes by, wherever it comes from. */
const judged = [...new Set(alerts.flatMap((alert) => conditionOf(alert).replace(/\{[^}]*\}|\b(by|on|without) \([^)]*\)|\[[^\]]*\]/g, "").match(/(?<![:\w])(up|[a-z]+_[a-z0-9_]+)\b(?!\()/g) ?? []))];
const own: Partial<Record<Exporter, string[]>> = { django: ["django_http_requests_total", "orders_made_total"] };
const others = ["ringo:errors:ratio_rate5m", "ALERTS", "ringo_made_up"];

let server: http.Server;
let prometheus: ReturnType<typeof spawn>;
let folder: string;
/** What a Prometheus keeps of a machine that says all there is, with each exporter. */
const kept: Record<string, string[]> = {};
const machines = ["data", "api", "worker", "monitor"].flatMap((role) => (Object.keys(ports) as Exporter[]).map((job) => ({ job, role })));

beforeAll(async () => {
  const figures = [...judged, ...others, ...Object.values(own).flat()].filter((name) => name !== "up").map((name) => `${name}{made="up"} 1\n`).join("");
  server = http.createServer((_request, response) => response.setHeader("Content-Type", "text/plain; version=0.0.4").end(`up{made="up"} 1\n${figures}`)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), "ringo-metric-sources-"));
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s" },
    scrape_configs: Object.keys(ports).map((job) => ({
      job_name: job, metric_relabel_configs: dropForeignMetrics,
      static_configs: machines.filter((each) => each.job === job).map(({ role }) => ({ targets: [target], labels: { role, machine: role } })),
    })),
  };
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  const free = http.createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  prometheus = spawn("prometheus", [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
  const ask = async (): Promise<{ metric: Record<string, string> }[]> =>
    (await (await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent('{job!=""}')}`)).json() as { data: { result: { metric: Record<string, string> }[] } }).data.result;
  for (let i = 0; i < 300; i++) {
    const found = await ask().catch(() => []);
    const said = (name: string) => found.filter(({ metric }) => metric.__name__ === name);
    if (said("scrape_duration_seconds").length === machines.length && said("orders_made_total").length === machines.length) {
      for (const { metric } of found) if (metric.made) (kept[metric.__name__] ??= []).push(`${metric.job} ${metric.role}`);
      return;
    }
    await pause(100);
  }
  throw new Error("Prometheus has not read all of it");
}, 60_000);
afterAll(async () => {
  if (prometheus?.kill("SIGKILL")) await once(prometheus, "exit");
  server?.close();
  server?.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const by = (name: string): string[] => [...new Set(kept[name] ?? [])].sort();
const roles = ["api", "data", "monitor", "worker"];

test("alerts use metrics", () => expect(judged).toEqual(expect.arrayContaining(["up", "ringo_backup_timestamp_seconds", "node_time_seconds", "pg_up", "redis_up", "ringo_logs_kept_seconds"])));

test("only the data machine reports backups", () => {
  const names = judged.filter((name) => /^ringo_(backup|media|restore|wal)/.test(name));
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) expect([name, by(name)]).toEqual([name, ["node data"]]);
});

test("every metric that alerts use is accepted from exactly the exporter that creates it, or computed by the monitor", () => {
  for (const name of judged) {
    const exporters = new Set(by(name).map((who) => who.split(" ")[0]));
    expect([name, exporters.size]).toEqual([name, /^(up|(probe|prometheus|alertmanager|loki|ringo_celery)_.*)$/.test(name) ? 0 : 1]);
  }
  expect(by("node_time_seconds")).toEqual(roles.map((role) => `node ${role}`));
  expect(by("ringo_logs_kept_seconds")).toEqual(["node monitor"]);
  expect(by("ringo_beat_woken_timestamp_seconds")).toEqual(["node worker"]);
});

test("computed and unknown metrics are accepted from nobody; the application's own are free", () => {
  for (const name of others) expect([name, by(name)]).toEqual([name, []]);
  for (const name of own.django!) expect([name, by(name).filter((who) => who.startsWith("django"))]).toEqual([name, roles.map((role) => `django ${role}`)]);
});
