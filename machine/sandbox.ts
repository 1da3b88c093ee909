export interface Sandbox {
  /** What of root's rights is left: `CAP_…`. @default none */
  capabilities?: string[];
  /** Whom it may talk to; "rules" are the firewall's, in the kernel. @default "local": other programs of this machine, over their sockets */
  network?: "local" | "rules" | "internet";
  /** The only addresses it may talk to, of the whole internet. @default any */
  addresses?: string[];
  /** Paths it may write to; all else of the system is read-only. @default none */
  writable?: string[];
  /** Devices that it, or what is run for it with all rights, may open. @default none */
  devices?: string[];
}

const networks = {
  local: "PrivateNetwork=yes\nRestrictAddressFamilies=AF_UNIX",
  rules: "RestrictAddressFamilies=AF_UNIX AF_NETLINK",
  internet: "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
};

/**
 * The `[Service]` lines of every service of ours: it sees the system read-only, no devices, no homes and no other's
 * temporary files, cannot gain rights, and calls the kernel for nothing but what services commonly do.
 * `systemd-analyze security` rates each unit of ours 3.0 or better; a test says so.
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
