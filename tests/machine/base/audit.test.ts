import { execFileSync } from "node:child_process";
import { auditRules } from "../../../machine/base/audit";

test("the audit rules are unique, and have search keys", () => {
  expect(new Set(auditRules).size).toBe(auditRules.length);
  for (const rule of auditRules) expect(rule).toMatch(/^-a always,exit -F arch=b64 (-F (path|dir)=\/\S+ -F perm=wa|-S [a-z0-9_,]+( -F \S+)*) -F key=[a-z-]+$/);
});

test("changes of accounts, keys, secrets, rules, units, kernel modules, mounts and the clock are recorded, and every program that a person runs as root or that runs through nginx", () => {
  const written = (path: string) => auditRules.some((rule) => rule.includes(` -F path=${path} `) || [...path.matchAll(/\//g)].some(({ index }) => rule.includes(` -F dir=${path.slice(0, index)} `)));
  expect(written("/etc/motd")).toBe(false);
  expect([
    "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/security/limits.d/60-ringo.conf", "/etc/modprobe.d/ringo.conf", "/etc/sysctl.d/60-ringo.conf", "/etc/ssh/sshd_config.d/10-ringo.conf", "/root/.ssh/authorized_keys", "/etc/pam.d/sshd", "/etc/ringo/restic.env",
    "/etc/systemd/system/x.service", "/etc/ld.so.preload", "/etc/nftables.conf", "/etc/audit/rules.d/50-ringo.rules",
  ].filter((path) => !written(path))).toEqual([]);
  for (const call of ["init_module", "finit_module", "delete_module", "mount", "umount2", "move_mount", "settimeofday", "clock_settime"]) {
    expect(auditRules.filter((rule) => rule.split(/[ ,]/).includes(call))).toHaveLength(1);
  }
  const run = auditRules.filter((rule) => rule.includes("-S execve"));
  const wwwData = execFileSync("id", ["-u", "www-data"], { encoding: "utf8" }).trim();
  expect(run.map((rule) => rule.match(/-F \w+!?=\w+/g)!.slice(1, -1))).toEqual([["-F euid=0", "-F auid!=unset"], [`-F uid=${wwwData}`, "-F auid=unset"]]);
});
