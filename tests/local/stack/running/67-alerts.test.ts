import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { firing, inside, plugIn, Receiver, unplug } from "../alerts";
import { rounds, type Fault } from "../faults";
import { projectDir } from "../../../../local/paths";
import { eventually, output, request, type Output } from "../support";

const settings = (YAML.parse(fs.readFileSync(path.join(projectDir, "Pulumi.local.yaml"), "utf8")) as { config: Record<string, any> }).config;
const { scrapeSeconds } = settings["ringo-infra:monitoring"] as { scrapeSeconds: number };
const { patiencePercent, heartbeatSeconds } = settings["ringo-infra:alerts"] as { patiencePercent: number; heartbeatSeconds: number };

let stack: Output;
let receiver: Receiver;
beforeAll(async () => {
  stack = await output();
  receiver = await Receiver.open();
}, 60_000);
afterAll(() => receiver.close());

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Causes a fault, waits for its alert and for its end; says what was wrong, if anything was. */
async function tried({ name, alert, holds, every = scrapeSeconds, cause, mend }: Fault): Promise<string[]> {
  const wrong: string[] = [];
  const limit = Math.max(holds > 0 ? 1 : 0, holds * patiencePercent / 100) + 2 * every;
  await cause();
  const began = Date.now();
  const arrived = await eventually(`alert of ${name}`, async () => receiver.find("firing", alert, began - 1000), 90).catch((error: Error) => error);
  await mend();
  const mended = Date.now();
  if (arrived instanceof Error) return [arrived.message];
  const took = (arrived.at - began) / 1000;
  if (took > limit) wrong.push(`${name}: the alert came after ${took.toFixed(1)} s, more than ${limit} s`);
  if (!arrived.annotations.runbook_url?.endsWith(`/docs/alerts.md#${alert.alertname.toLowerCase()}`)) wrong.push(`${name}: no link to its runbook: ${arrived.annotations.runbook_url}`);
  const ended = await eventually(`end of ${name}`, async () => receiver.find("resolved", alert, mended), 120).catch((error: Error) => error);
  if (ended instanceof Error) wrong.push(ended.message);
  say(`${name}: ${alert.alertname} after ${took.toFixed(1)} s (at most ${limit} s)${ended instanceof Error ? "" : `; its end ${((ended.at - mended) / 1000).toFixed(1)} s after the mend`}`);
  return wrong;
}

test("nothing alerts on a healthy stack under load", async () => {
  // What the tests before this one have broken is over first.
  const lasting = await eventually("silence", async () => (await firing()).every(({ labels }) => labels.alertname === "TasksLost"), 240).then(() => [], async () => firing());
  expect(lasting.map(({ labels }) => labels)).toEqual([]);
  const began = Date.now();
  // Ten minutes at a tenth of the patience.
  while (Date.now() - began < 60_000) {
    await Promise.all([request(stack, "GET", "/api/v1/version/"), request(stack, "GET", "/static/none"), pause(0.5)]);
  }
  const news = receiver.received.filter(({ at, status, startsAt }) => status === "firing" && at > began && Date.parse(startsAt) > began);
  expect(news.map(({ labels, annotations }) => [labels, annotations.summary])).toEqual([]);
}, 400_000);

test.each(rounds((name) => stack.machines.find((machine) => machine.name === name)!.privateAddress).map((round) => [round.map(({ name }) => name).join(", "), round] as const))(
  "%s: each is told in time, with its runbook, and so is its end", async (_names, round) => {
    const wrong = (await Promise.all(round.map(tried))).flat();
    expect(wrong).toEqual([]);
    await eventually("health", async () => (await request(stack, "GET", "/api/health/")).status === 200, 90);
  }, 400_000);

test("a dead monitor is noticed: its heartbeats stop, and come again when it is back", async () => {
  const since = receiver.heartbeats.length;
  await eventually("heartbeats", async () => receiver.heartbeats.length >= since + 3, 5 * heartbeatSeconds);
  const gaps = receiver.heartbeats.slice(since).map((at, i, all) => (i === 0 ? 0 : (at - all[i - 1]) / 1000));
  expect(Math.max(...gaps)).toBeLessThan(heartbeatSeconds + 2);
  await unplug("monitor");
  const gone = Date.now();
  // What a dead man's switch does: it waits for one heartbeat, and a second one to be sure.
  await pause(2 * heartbeatSeconds);
  expect(receiver.heartbeats.filter((at) => at > gone + 1000)).toEqual([]);
  await plugIn("monitor");
  const back = Date.now();
  await eventually("a heartbeat", async () => receiver.heartbeats.some((at) => at > back), 60);
  say(`monitor gone: silence is noticed after ${2 * heartbeatSeconds} s; heard again ${((receiver.heartbeats.find((at) => at > back)! - back) / 1000).toFixed(1)} s after it was switched on`);
  expect(await inside("monitor", "systemctl is-active prometheus prometheus-alertmanager ringo-celery-exporter")).toBe("active\nactive\nactive\n");
}, 300_000);
