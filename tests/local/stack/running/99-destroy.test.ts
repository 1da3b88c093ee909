import * as fs from "node:fs";
import { buildah } from "../../../../local/images/buildah";
import { workDirectories } from "../../../../local/images/unfinished";
import { cacheDir, inCache, stateDir } from "../../../../local/paths";
import { forgetCounts } from "../settings";
import { make, run } from "../support";

/** Whatever of the local cloud is on this machine: found by looking at the machine, not at what the cloud remembers. */
async function traces(): Promise<string[]> {
  const looks = {
    namespace: "ip netns list | grep -i ringo",
    interface: "ip -br link | grep -i ringo",
    mount: `grep -E '${stateDir}|ringo' /proc/self/mounts`,
    "loop device": `losetup --list --noheadings --output BACK-FILE | grep '${stateDir}'`,
    "nft table": "nft list tables | grep -i ringo",
    cgroup: "find /sys/fs/cgroup -maxdepth 3 -type d -iname '*ringo*'",
    process: `pgrep -af '${stateDir}' | grep -v pgrep`,
    name: "grep -i 'ringo' /etc/hosts",
    file: `ls -d ${stateDir} 2>/dev/null`,
    route: "ip route | grep 198.18.",
  };
  const found: string[] = [];
  // One after the other: what looks for processes would see the others.
  for (const [what, script] of Object.entries(looks)) {
    found.push(...(await run("bash", ["-c", script])).stdout.split("\n").filter(Boolean).map((line) => `${what}: ${line}`));
  }
  return found;
}

test("destroy asks, and does nothing without an answer", async () => {
  const { code, stderr } = await make("destroy");
  expect(code).not.toBe(0);
  expect(stderr).toContain("YES=1");
  expect(fs.existsSync(stateDir)).toBe(true);
}, 30_000);

test("destroy of another state directory leaves the machines as they are, and names them", async () => {
  const before = await traces();
  const { code, stderr } = await run("make", ["destroy", "YES=1"], { env: { RINGO_LOCAL_DIR: "/tmp/ringo-no-state" } });
  expect([code, stderr]).toEqual([0, expect.stringMatching(new RegExp(`ringo-local-data[^]*RINGO_LOCAL_DIR=${stateDir} make destroy`))]);
  expect(await traces()).toEqual(before);
}, 60_000);

test("destroy leaves no process, mount, namespace, interface, rule, cgroup or file", async () => {
  // As a build leaves it that was killed.
  await buildah("mount", [(await buildah("from", ["scratch"])).trim()]);
  const work = fs.mkdtempSync(inCache(workDirectories.build));
  expect((await traces()).length).toBeGreaterThan(10); // the looking finds what there is
  const { code, stderr } = await make("destroy", { YES: "1" });
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  expect(await traces()).toEqual([]);
  expect([fs.existsSync(cacheDir), fs.existsSync(work)]).toEqual([true, false]);
  forgetCounts();
}, 120_000);
