/** auditd: who changed security-relevant files, and what people did as root. Search with `ausearch --key <key>`. */
import type { Fragment } from "../state";

const rulesPath = "/etc/audit/rules.d/50-ringo.rules";
const dropIns = ["auditd", "audit-rules"].map((name) => `/etc/systemd/system/${name}.service.d/ringo.conf`);
/** The kernel's audit is not available in containers, where both units would only fail. */
const dropIn = "[Unit]\nConditionVirtualization=!container\n";

/** Files and directories whose changes are recorded, by key. */
const watched: Record<string, { files?: string[]; directories?: string[] }> = {
  identity: { files: ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"] },
  access: { directories: ["/etc/ssh", "/root/.ssh", "/etc/pam.d", "/etc/security"] },
  secrets: { directories: ["/etc/ringo"] },
  startup: { files: ["/etc/ld.so.preload"], directories: ["/etc/systemd/system", "/etc/modprobe.d", "/etc/sysctl.d"] },
  firewall: { files: ["/etc/nftables.conf"] },
  audit: { directories: ["/etc/audit"] },
};

/** System calls that are recorded, by key. An unset login id means a service. */
const calls: Record<string, string> = {
  modules: "-S init_module,finit_module,delete_module",
  mounts: "-S mount,umount2,move_mount -F auid!=unset",
  clock: "-S settimeofday,clock_settime -F auid!=unset",
  "people-as-root": "-S execve -F euid=0 -F auid!=unset",
  // nginx executes nothing: any program that runs as its user is an intruder's.
  "web-runs-something": "-S execve -F uid=33 -F auid=unset",
};

export const auditRules: readonly string[] = [
  ...Object.entries(watched).flatMap(([key, { files = [], directories = [] }]) =>
    [...files.map((path) => `path=${path}`), ...directories.map((path) => `dir=${path}`)]
      .map((what) => `-a always,exit -F arch=b64 -F ${what} -F perm=wa -F key=${key}`)),
  ...Object.entries(calls).map(([key, what]) => `-a always,exit -F arch=b64 ${what} -F key=${key}`),
];

export const audit: Fragment = {
  packages: ["auditd"],
  files: [
    { path: rulesPath, content: auditRules.map((rule) => `${rule}\n`).join(""), mode: "0640" },
    ...dropIns.map((path) => ({ path, content: dropIn })),
  ],
  steps: [
    { name: "audit rules", when: "after-units", onChange: [rulesPath], command: "systemctl restart audit-rules.service" },
  ],
  units: [{ name: "auditd.service" }],
  checks: [{
    name: "the kernel has our audit rules, where it is this machine's own",
    command: `[ "$(systemctl show --property ConditionResult --value auditd.service)" = no ] || [ "$(auditctl -l | grep -c '^-a always,exit')" -ge ${auditRules.length} ]`,
  }],
};
