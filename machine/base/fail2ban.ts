import type { Fragment } from "../state";

const jailPath = "/etc/fail2ban/jail.local";
const dropIn = "/etc/systemd/system/fail2ban.service.d/ringo.conf";

/**
 * fail2ban: who tries names at SSH, or more keys than one connection may, is shut out, each time for longer. sshd's own
 * penalties are gone when it is restarted, and know nothing of yesterday.
 * @param spared CIDRs that are never shut out. Behind a bastion everybody shares its address, and machines their files:
 * there, it is for the day on which a firewall is open that should not be.
 */
export function fail2ban(spared: string[]): Fragment {
  return {
    // The journal is where failures are, and nftables what shuts out: neither is among what the package needs.
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
# Below what sshd's penalties let through at once.
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
