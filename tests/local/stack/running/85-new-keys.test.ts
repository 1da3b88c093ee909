import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inState } from "../../../../local/paths";
import { load } from "../../../../local/cloud/state";
import { configure, restoreSettings } from "../settings";
import { make, on, output, run } from "../support";

const former = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-former-"));
afterAll(() => {
  restoreSettings();
  fs.rmSync(former, { recursive: true });
});

test("the deployer's key is changed, and the former one opens no machine", async () => {
  const { machines } = await output();
  const config = (name: string): string => path.join(former, name);
  const lines = fs.readFileSync(inState("ssh", "config"), "utf8").replace(inState("ssh", "deployer"), config("deployer"));
  fs.copyFileSync(inState("ssh", "deployer"), config("deployer"));
  fs.writeFileSync(config("alone"), lines);
  // As far as the others, by a key that the edge takes: they refuse the former by themselves.
  fs.writeFileSync(config("past-the-edge"), lines.replace("Host edge\n", `Host edge\n  IdentityFile ${inState("ssh", "deployer")}\n`));
  const opens = async (by: string, name: string): Promise<boolean> => (await run("ssh", ["-F", config(by), "-o", "BatchMode=yes", name, "true"])).code === 0;
  expect(await opens("alone", "edge")).toBe(true);

  // The stack may be where a runbook has brought it.
  const { droplets, vpcs } = load();
  const [{ region, vpcUuid }] = Object.values(droplets);
  configure({ region, vpcCidr: vpcs[vpcUuid]!.ipRange });
  const rotated = await make("rotate-deployer-key");
  expect([rotated.code, rotated.stderr]).toEqual([0, expect.stringContaining("deployerKeyGeneration is ")]);
  // No machine is made anew for it, though each was made with the former key.
  expect(rotated.stderr).not.toContain("-droplet");
  expect(await opens("alone", "edge")).toBe(false);
  expect(await opens("past-the-edge", "edge")).toBe(true);
  for (const { name } of machines.filter(({ role }) => role !== "edge")) {
    expect([name, (await on(name, "grep -c . /root/.ssh/authorized_keys")).trim()]).toEqual([name, "2"]);
    expect([name, await opens("past-the-edge", name)]).toEqual([name, false]);
  }
}, 300_000);
