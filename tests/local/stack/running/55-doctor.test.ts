import type { Finding } from "../../../../ops/doctor";
import { eventually, make, on } from "../support";

const wrong = async (): Promise<Finding[]> => (JSON.parse((await make("doctor", { JSON: "1" })).stdout) as Finding[]).filter(({ ok }) => !ok);

test("nothing is reported for a healthy stack", async () => {
  // What the tests before have done may still be told.
  await eventually("all is well", async () => (await wrong()).length === 0, 120);
  const { code, stdout } = await make("doctor");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/\nok {4}alerts: none fires\nall \d+ are fine\n$/)]);
  expect(stdout).toMatch(/^ok {4}the API: https:\S+ 200 after \d+\.\d s\nok {4}its certificate: expires in \d+ days\nok {4}edge: /);
  expect(stdout).toMatch(/\nok {4}backups: any time from \d{4}-/);
}, 150_000);

test("faults are named, with commands for a closer look, and by the exit status", async () => {
  await on("api-1", "docker stop --time 1 ringo-api >/dev/null; touch /run/reboot-required");
  await on("worker-0", "systemd-run --quiet --unit=ringo-bait /bin/false; nft delete table inet ringo");
  try {
    expect((await make("doctor")).code).not.toBe(0);
    const found = await wrong();
    expect(found.filter(({ about }) => about !== "alerts").map(({ about, said }) => `${about}: ${said}`)).toEqual([
      expect.stringMatching(/^api-1: container ringo-api is Exited /), "api-1: an update waits for a reboot", "worker-0: unit ringo-bait.service is failed",
      "worker-0: its firewall does not drop unsolicited traffic",
    ]);
    expect(found.map(({ fix }) => fix)).toEqual(expect.arrayContaining([["make ssh HOST=worker-0 CMD='journalctl --no-pager --lines 50 --unit ringo-bait.service'"]]));
    const alert = await eventually("its alert", async () => (await wrong()).find(({ said }) => said.startsWith("ApiProcessDown: ")), 60);
    expect(alert.fix).toEqual([expect.stringMatching(/#apiprocessdown$/)]);
  } finally {
    await on("api-1", "docker start ringo-api >/dev/null; rm -f /run/reboot-required");
    await on("worker-0", "systemctl reset-failed ringo-bait; systemctl restart nftables.service");
  }
  await eventually("all is well again", async () => (await wrong()).length === 0, 120);
}, 240_000);
