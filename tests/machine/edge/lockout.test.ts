import { spawnSync } from "node:child_process";
import { deployerAdmitted } from "../../../machine/edge/lockout";

const run = (script: string, from?: string) => {
  const { PATH } = process.env;
  const { status, stdout } = spawnSync("sh", ["-ec", script], { encoding: "utf8", env: { PATH, ...(from === undefined ? {} : { SSH_CONNECTION: `${from} 50000 203.0.113.1 22` }) } });
  return { status, stdout };
};

const step = deployerAdmitted(["198.51.100.1/24", "203.0.113.7/32", "2001:db8::/32"]);

test.each(["198.51.100.9", "203.0.113.7", "2001:db8::9"])("an update from %s, which the new list contains, goes on", (from) => {
  for (const script of [step.unless!, step.command]) expect(run(script, from)).toEqual({ status: 0, stdout: "" });
});

test.each([["203.0.113.8", "203.0.113.8/32"], ["2001:db9::1", "2001:db9::1/128"]])("one from %s, which it does not contain, is refused before any file is written, with the command that fixes it", (from, cidr) => {
  expect(step.when).toBe("before-packages");
  expect(run(step.unless!, from).status).toBe(1);
  const { status, stdout } = run(step.command, from);
  expect([status, stdout]).toEqual([1, expect.stringContaining(`this update comes from ${from}, which sshAllowedCidrs does not contain`)]);
  expect(stdout).toContain(`to fix: pulumi config set --path 'sshAllowedCidrs[3]' ${cidr}\n`);
});

test("what comes by no SSH, as in a rehearsal, has no address to be shut out", () => {
  expect(run(step.command)).toEqual({ status: 0, stdout: "" });
});
