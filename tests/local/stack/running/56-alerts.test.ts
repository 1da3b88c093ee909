import { active, heartbeatSeconds, inside, patiencePercent, plugIn, Receiver, runbook, scrapeSeconds, switchOff, type Received } from "../alerts";
import { rounds, type Fault } from "../faults";
import { eventually, healthy, output, request, type Output } from "../support";

let stack: Output;
let receiver: Receiver;
beforeAll(async () => {
  stack = await output();
  receiver = Receiver.open();
}, 60_000);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1);

/** Causes a fault, waits for its alert and for its end; says what was wrong, if anything was. */
async function tried({ name, alert, holds, every = scrapeSeconds, cause, fix }: Fault): Promise<string[]> {
  const limit = holds * patiencePercent / 100 + 2 * every;
  await cause();
  const began = Date.now();
  // Twenty seconds more, for a busy machine: what an idle one takes is in bench/README.md.
  const arrived = await eventually(`alert of ${name}`, async () => receiver.find("firing", alert, began - 1000), limit + 20).catch((error: Error) => error);
  await fix();
  const fixed = Date.now();
  if (arrived instanceof Error) return [arrived.message];
  const ended = await eventually(`end of ${name}`, async () => receiver.find("resolved", alert, fixed), 120).catch((error: Error) => error);
  say(`${name}: ${alert.alertname} after ${seconds(began, arrived.at)} s (at most ${limit} s)${ended instanceof Error ? "" : `; its end ${seconds(fixed, ended.at)} s after the fix`}`);
  const link = `${runbook}#${alert.alertname.toLowerCase()}`;
  return [
    ...(arrived.annotations.runbook_url === link ? [] : [`${name}: leads to ${arrived.annotations.runbook_url}, not to ${link}`]),
    ...(ended instanceof Error ? [ended.message] : []),
  ];
}

test("nothing alerts on a healthy stack under load, and the monitor sends its heartbeat", async () => {
  await healthy(stack, 60);
  await eventually("a heartbeat", async () => receiver.heartbeats.length > 0, 30);
  // What the tests before this one have broken may still be told: a gap in the WAL stays a gap for a day.
  const known = await active();
  say(`from before: ${known.filter((name) => name !== "Watchdog").join(", ") || "nothing"}`);
  const began = Date.now();
  // Ten minutes at a tenth of the patience.
  while (Date.now() - began < 6_000 * patiencePercent) {
    await Promise.all([request(stack, "GET", "/api/v1/version/"), request(stack, "GET", "/static/none"), pause(0.5)]);
  }
  const news = receiver.received.filter(({ at, status, labels }) => at > began && status === "firing" && !known.includes(labels.alertname));
  expect(news.map(({ labels, annotations }) => [labels, annotations.summary])).toEqual([]);
  // A switch that waits for two of them would never be thrown.
  const beats = [began, ...receiver.heartbeats.filter((at) => at > began), Date.now()];
  expect(Math.max(...beats.slice(1).map((at, i) => at - beats[i]))).toBeLessThan(2000 * heartbeatSeconds);
}, 300_000);

test.each(rounds((name) => stack.machines.find((machine) => machine.name === name)!.privateAddress).map((round) => [round.flat().map(({ name }) => name).join(", "), round] as const))(
  "%s: each alert arrives in time, with its runbook, and so does its end", async (_names, round) => {
    const wrong: string[] = [];
    await Promise.all(round.map(async (faults) => {
      for (const fault of [faults].flat()) wrong.push(...await tried(fault));
    }));
    expect(wrong).toEqual([]);
    await healthy(stack, 60);
  }, 300_000);

test("a dead monitor is noticed: its heartbeats stop, and resume when it is back; then it repeats its former alerts", async () => {
  // One that must hold for longer than it takes the monitor to read anew what it was told of before.
  const alert = { alertname: "ExporterDown", machine: "data" };
  const exporter = (verb: "start" | "stop") => inside("data", `systemctl ${verb} prometheus-redis-exporter`);
  const told = async (): Promise<Received> => {
    const from = Date.now();
    await exporter("stop");
    return eventually("the alert of the exporter", async () => receiver.find("firing", alert, from), 60);
  };
  try {
    await told();
    await switchOff("monitor");
    const gone = Date.now();
    await exporter("start"); // nobody is there to see it
    // What a dead man's switch does: it waits for one heartbeat, and a second one to be sure.
    await pause(2 * heartbeatSeconds);
    expect(receiver.heartbeats.filter((at) => at > gone + 1000)).toEqual([]);
    await plugIn("monitor");
    const back = Date.now();
    const heard = await eventually("a heartbeat", async () => receiver.heartbeats.find((at) => at > back), 40);
    say(`monitor gone: silence is noticed after ${2 * heartbeatSeconds} s; heard again ${seconds(back, heard)} s after it was switched on`);
    await eventually("all of the monitor", () => inside("monitor", "systemctl is-active prometheus prometheus-alertmanager prometheus-blackbox-exporter ringo-celery-exporter"), 30);
    await eventually("all is well to it", async () => !(await active()).includes(alert.alertname), 30);
    await told();
  } finally {
    await exporter("start");
  }
}, 240_000);
