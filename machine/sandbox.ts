export interface Sandbox {
  /** The remaining capabilities: `CAP_…`. @default none */
  capabilities?: string[];
  /** Allowed communication; "rules" is for managing the firewall in the kernel. @default "local": other programs of this machine, over their sockets */
  network?: "local" | "rules" | "internet";
  /** The only addresses that it may connect to. @default any */
  addresses?: string[];
  /** Paths that it may write to; everything else is read-only. @default none */
  writable?: string[];
  /** Devices that it, or its privileged commands, may open. @default none */
  devices?: string[];
}

const networks = {
  local: "PrivateNetwork=yes\nRestrictAddressFamilies=AF_UNIX",
  rules: "RestrictAddressFamilies=AF_UNIX AF_NETLINK",
  internet: "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
};

/**
 * The `[Service]` lines of each of our services: the system is read-only, without devices, homes and others'
 * temporary files; it cannot gain privileges, and may use only the system calls that services commonly need.
 * `systemd-analyze security` rates each of our units 3.0 or better; a test checks that.
 */
export function sandbox({ capabilities = [], network = "local", addresses, writable = [], devices = [] }: Sandbox): string {
  return `CapabilityBoundingSet=${capabilities.join(" ")}
${networks[network]}
`
    + (addresses === undefined ? "" : `IPAddressDeny=any\nIPAddressAllow=${addresses.join(" ")}\n`)
    + (writable.length === 0 ? "" : `ReadWritePaths=${writable.join(" ")}\n`)
    + devices.map((device) => `DeviceAllow=${device} rw\n`).join("")
    + `DevicePolicy=closed
KeyringMode=private
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
UMask=0077
`;
}
