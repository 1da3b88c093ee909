import type { Fragment } from "../state";

const jailPath = "/etc/fail2ban/jail.local";
const dropIn = "/etc/systemd/system/fail2ban.service.d/ringo.conf";

/**
 * fail2ban: addresses that try user names at SSH, or more keys than one connection may, are banned, each time for longer. sshd's own
 * penalties are lost when it is restarted, and are short.
 * @param spared CIDRs that are never banned. Behind a bastion everybody shares its address, and machines share files:
 * there, it only matters if a firewall is open by mistake.
 */
export function fail2ban(spared: string[]): Fragment {
  return {
    // It reads the journal and bans with nftables: the package depends on neither.
    packages: ["fail2ban", "python3-systemd", "nftables"],
    files: [
      { path: jailPath, content: jail(spared) },
      { path: dropIn, content: service },
    ],
    units: [{ name: "fail2ban.service", restartOn: [jailPath, dropIn] }],
    checks: [{ name: "fail2ban watches SSH", command: "fail2ban-client status sshd > /dev/null" }],
  };
}

const jail = (spared: string[]): string => `[DEFAULT]
ignoreip = ${["127.0.0.0/8", "::1", ...spared].join(" ")}
usedns = no
banaction = nftables
findtime = 10m
# Lower than what sshd's penalties allow at once.
maxretry = 3
bantime = 10m
bantime.increment = true
bantime.maxtime = 1w

[sshd]
enabled = true
backend = systemd
`;

/** As its own documentation recommends: it reads the journal and changes the firewall, nothing else. */
const service = `[Unit]
After=nftables.service

[Service]
CapabilityBoundingSet=CAP_AUDIT_READ CAP_DAC_READ_SEARCH CAP_NET_ADMIN CAP_NET_RAW
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectHome=read-only
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
ReadWritePaths=-/var/run/fail2ban -/var/lib/fail2ban -/var/log
`;
