import type { Fragment } from "../state";

const path = "/etc/sysctl.d/60-ringo.conf";
/** Read after ours, so their values apply. */
const exceptions = "/etc/sysctl.d/70-ringo-*.conf";

/** No redirects, no answers to packets with impossible source addresses. */
const perLink = Object.entries({ accept_redirects: 0, secure_redirects: 0, send_redirects: 0, accept_source_route: 0, rp_filter: 1, log_martians: 1 })
  .flatMap(([name, value]) => ["all", "default"].map((link) => [`net.ipv4.conf.${link}.${name}`, value] as const));

const settings: readonly (readonly [string, number])[] = [
  ["dev.tty.ldisc_autoload", 0],
  ["fs.protected_fifos", 2],
  ["fs.protected_hardlinks", 1],
  ["fs.protected_regular", 2],
  ["fs.protected_symlinks", 1],
  ["fs.suid_dumpable", 0],
  ["kernel.core_uses_pid", 1],
  ["kernel.ctrl-alt-del", 0],
  ["kernel.dmesg_restrict", 1],
  ["kernel.kexec_load_disabled", 1],
  ["kernel.kptr_restrict", 2],
  ["kernel.perf_event_paranoid", 3],
  ["kernel.randomize_va_space", 2],
  ["kernel.sysrq", 0],
  ["kernel.unprivileged_bpf_disabled", 1],
  ["kernel.yama.ptrace_scope", 1],
  ["vm.swappiness", 10],
  ["vm.unprivileged_userfaultfd", 0],
  ["net.core.bpf_jit_harden", 2],
  ["net.core.somaxconn", 4096],
  // First of the network's: changing it resets others.
  ["net.ipv4.ip_forward", 0],
  ...perLink,
  ["net.ipv4.icmp_echo_ignore_broadcasts", 1],
  ["net.ipv4.icmp_ignore_bogus_error_responses", 1],
  ["net.ipv4.tcp_rfc1337", 1],
  ["net.ipv4.tcp_syncookies", 1],
  ["net.ipv6.conf.all.accept_redirects", 0],
  ["net.ipv6.conf.default.accept_redirects", 0],
  ["net.ipv6.conf.all.accept_source_route", 0],
  ["net.ipv6.conf.default.accept_source_route", 0],
];

/** For a machine that forwards packets to its containers. */
export const routing: Fragment = {
  files: [{ path: "/etc/sysctl.d/70-ringo-routing.conf", content: "-net.ipv4.ip_forward = 1\n", whenGone: `/usr/lib/systemd/systemd-sysctl ${path}` }],
};

/**
 * Kernel settings. A leading "-" skips one that this kernel does not have, or that a container does not allow to be
 * changed; the check verifies all others.
 */
export const kernel: Fragment = {
  packages: ["procps"],
  files: [{ path, content: settings.map(([name, value]) => `-${name} = ${value}\n`).join("") }],
  units: [{ name: "systemd-sysctl.service", restartOn: [path] }],
  checks: [{
    name: "the kernel's settings are ours, where they can be",
    command: `{ cat ${path}; find /etc/sysctl.d -path '${exceptions}' -exec cat {} +; } | sed 's/^-//; s/ = / /' | awk '{ last[$1] = $2 } END { for (name in last) print name, last[name] }' | while read -r name value; do
  file=/proc/sys/$(echo "$name" | tr . /)
  [ ! -w "$file" ] || [ "$(cat "$file")" = "$value" ] || { echo "$name is $(cat "$file")"; exit 1; }
done`,
  }],
};
