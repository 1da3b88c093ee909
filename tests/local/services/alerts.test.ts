import * as fs from "node:fs";
import * as https from "node:https";
import type { Told } from "../../../local/services/alerts";
import { useScratchDirectories } from "./scratch";

const scratch = useScratchDirectories();
const { startAlerts, alertsRecords } = jest.requireActual<typeof import("../../../local/services/alerts")>("../../../local/services/alerts");
const { caCertificate } = jest.requireActual<typeof import("../../../local/services/ca")>("../../../local/services/ca");
const { stopAllServices } = jest.requireActual<typeof import("../../../local/services/supervise")>("../../../local/services/supervise");

afterAll(async () => {
  await stopAllServices();
  fs.rmSync(scratch, { recursive: true });
});

const post = async (url: string, body: string): Promise<number | undefined> => {
  const ca = await caCertificate();
  return new Promise((resolve, reject) => {
    https.request(url, { method: "POST", ca, agent: false }, (response) => resolve(response.resume().statusCode)).on("error", reject).end(body);
  });
};
const kept = (): Told[] => fs.readFileSync(alertsRecords(), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line) as Told);

test("what Alertmanager posts is stored with its time and its kind, and nothing else is; the file stays small", async () => {
  const { webhookUrl, heartbeatUrl } = await startAlerts("127.0.0.1");
  const began = Date.now();
  const alert = { status: "firing", labels: { alertname: "RedisDown" } };
  expect(await post(webhookUrl, JSON.stringify({ alerts: [alert] }))).toBe(200);
  expect(await post(heartbeatUrl, JSON.stringify({ alerts: [] }))).toBe(200);
  expect(await post(webhookUrl, "invalid JSON")).toBe(400);
  expect(kept().map(({ path, alerts }) => [path, alerts])).toEqual([["/alerts", [alert]], ["/heartbeat", []]]);
  for (const { at } of kept()) expect(at).toBeGreaterThanOrEqual(began);
  expect(fs.statSync(alertsRecords()).mode & 0o777).toBe(0o600);

  expect(await post(webhookUrl, JSON.stringify({ alerts: ["x".repeat(9 * 1024 ** 2)] }))).toBe(200);
  expect([fs.existsSync(alertsRecords()), fs.existsSync(`${alertsRecords()}.1`)]).toEqual([false, true]);
});
