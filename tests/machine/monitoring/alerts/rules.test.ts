import { alerts, checked, rules, runbook, tested } from "./promtool";
import { cases, processor, type Series } from "./cases";

test("promtool accepts every rule", () => {
  expect(checked()).toMatchObject({ status: 0 });
});

test("every alert has a case, and every case an alert", () => {
  expect(Object.keys(cases).sort()).toEqual(alerts.map(({ name }) => name).sort());
});

test("every alert has a severity, a summary and a runbook", () => {
  for (const { name, severity, summary, description } of alerts) {
    expect([name, ["critical", "warning"].includes(severity), summary.length > 10, /\.$/.test(description)]).toEqual([name, true, true, true]);
  }
});

const series = (of: Series) => Object.entries(of).map(([name, values]) => ({ series: name, values }));
const firing = (name: string, minutes: number, wanted: boolean) => ({
  expr: `count(ALERTS{alertname="${name}", alertstate="firing"}) > bool 0`, eval_time: `${Math.round(minutes * 60)}s`,
  exp_samples: wanted ? [{ labels: "{}", value: 1 }] : [],
});
const holds = (name: string): number => (alerts.find((alert) => alert.name === name)?.forSeconds ?? 0) / 60;

test("every alert fires when its condition has held for its time, not a moment before, and not for similar metrics", () => {
  const tests = Object.fromEntries(Object.entries(cases).map(([name, { fires, quiet, from = 0 }]) => {
    const at = from + holds(name);
    return [name, [
      ...[fires].flat().map((input, i) => ({
        name: `${name} fires (${i})`, interval: "1m", input_series: series(input),
        promql_expr_test: [...(holds(name) > 0 ? [firing(name, at - 0.5, false)] : []), firing(name, at + 0.5, true)],
      })),
      ...quiet.map((input, i) => ({ name: `${name} is quiet (${i})`, interval: "1m", input_series: series(input), promql_expr_test: [firing(name, at + 20, false)] })),
    ]];
  }));
  const { status, output } = tested(tests);
  expect([status, output]).toEqual([0, expect.not.stringContaining("FAILED")]);
}, 60_000);

test("a failed unit alerts once, even if a timer retries it, and resolves when it succeeds", () => {
  const unit = 'node_systemd_unit_state{machine="monitor",name="x.service",state="failed"}';
  const { status, output } = tested({ UnitFailed: [{
    interval: "1m",
    input_series: series({ [unit]: "1+0x5 0 1+0x5 0+0x10" }),
    promql_expr_test: [firing("UnitFailed", 5.5, true), firing("UnitFailed", 6.5, true), firing("UnitFailed", 9, true), firing("UnitFailed", 15, false)],
  }] });
  expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

test("a lost machine is not reported as busy, whether it was busy or not", () => {
  const { status, output } = tested({ ProcessorBusy: [
    // Switched off, or gone with what was read of it.
    ...["1+0x28 0x400", "1+0x28 stale"].map((up) => ({ interval: "1m", input_series: series(processor(1, 28, up)), promql_expr_test: [firing("ProcessorBusy", 32, false)] })),
    // A part of its last five minutes says as much as all of them.
    { interval: "1m", input_series: series(processor(30, 28)), promql_expr_test: [1.5, 20, 32].map((minutes) => ({
      expr: alerts.find(({ name }) => name === "ProcessorBusy")!.expr, eval_time: `${minutes * 60}s`, exp_samples: [{ labels: '{machine="data"}', value: 0.5 }],
    })) },
  ] });
  expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

test("an alert has its severity, its summary with values, and its runbook section", () => {
  const { status, output } = tested({ PostgresConnectionsNearlyOut: [{
    interval: "1m",
    input_series: series({
      'ringo_postgres_connections_used{machine="data"}': "96+0x10", 'ringo_postgres_connections_allowed{machine="data"}': "100+0x10",
    }),
    alert_rule_test: [{
      eval_time: "5m",
      alertname: "PostgresConnectionsNearlyOut",
      exp_alerts: [{
        exp_labels: { severity: "critical", machine: "data" },
        exp_annotations: {
          summary: "96% of PostgreSQL's connections are in use", description: "The next process gets no connection, and its requests fail.",
          runbook_url: `${runbook}#postgresconnectionsnearlyout`,
        },
      }],
    }],
  }] });
  expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

test("names of alerts and of computed series are unique", () => {
  const names = rules.flatMap(({ alerts: own, recordings = [] }) => [...own.map(({ name }) => name), ...recordings.map(({ record }) => record)]);
  expect(new Set(names).size).toBe(names.length);
});
