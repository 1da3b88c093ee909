/** What every machine has, whatever its role. */
import { firewall, type FirewallInputs } from "./nftables";
import { sshd, type SshdInputs } from "./sshd";
import { combine, type Fragment, type MachineState } from "./state";
import { trust } from "./trust";

export interface BaseInputs {
  /** The machine's name, a single label. */
  hostname: string;
  /** Names that the machine must resolve without DNS: name to address. @default {} */
  hosts?: Record<string, string>;
  sshd: SshdInputs;
  firewall: FirewallInputs;
  /** PEM of private certificate authorities. @default [] */
  trustedCertificates?: string[];
  /** Name in the IANA database. @default "UTC" */
  timezone?: string;
  /** Whether a security update that needs it may reboot the machine, and when: `HH:MM` in `timezone`. @default at 03:30 */
  automaticUpdates?: { reboot: boolean; rebootTime: string };
}

/** The base state; a role's fragments are combined with it. */
export function base(inputs: BaseInputs): MachineState {
  return combine(
    identity(inputs.hostname, inputs.hosts ?? {}),
    sshd(inputs.sshd),
    firewall(inputs.firewall),
    trust(inputs.trustedCertificates ?? []),
    time(inputs.timezone ?? "UTC"),
    updates(inputs.automaticUpdates ?? { reboot: true, rebootTime: "03:30" }),
    journal,
    kernel,
    { packages: ["curl", "ca-certificates", "iproute2", "procps"] },
  );
}

function identity(hostname: string, hosts: Record<string, string>): Fragment {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(hostname)) throw new Error(`"${hostname}" is no host name`);
  const entries = Object.entries(hosts).map(([name, address]) => `${address} ${name}\n`);
  return {
    files: [
      // cloud-init would put back at every boot what the cloud's metadata says.
      { path: "/etc/cloud/cloud.cfg.d/90-ringo.cfg", content: "preserve_hostname: true\nmanage_etc_hosts: false\n" },
      { path: "/etc/hostname", content: `${hostname}\n` },
      {
        path: "/etc/hosts",
        content: `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n${entries.join("")}`,
      },
    ],
    directories: [{ path: "/etc/cloud/cloud.cfg.d" }],
    steps: [{ name: "host name", command: `hostname ${hostname}`, unless: `[ "$(hostname)" = ${hostname} ]` }],
  };
}

/** Where the clock is the host's, systemd starts neither and says so: that is no fault. */
function time(timezone: string): Fragment {
  return {
    packages: ["systemd-timesyncd", "tzdata"],
    files: [{ path: "/etc/timezone", content: `${timezone}\n` }],
    steps: [{
      name: "time zone",
      command: `test -e /usr/share/zoneinfo/${timezone}\nln -sfn /usr/share/zoneinfo/${timezone} /etc/localtime`,
      unless: `[ "$(readlink /etc/localtime)" = /usr/share/zoneinfo/${timezone} ]`,
    }],
    units: [{ name: "systemd-timesyncd.service" }],
  };
}

function updates({ reboot, rebootTime }: { reboot: boolean; rebootTime: string }): Fragment {
  return {
    packages: ["unattended-upgrades"],
    files: [
      {
        path: "/etc/apt/apt.conf.d/20auto-upgrades",
        content: 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::AutocleanInterval "7";\n',
      },
      {
        path: "/etc/apt/apt.conf.d/60ringo-unattended-upgrades",
        content: `// Security updates only: all else changes when the deployment says so.
#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security"; };
Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
Unattended-Upgrade::Automatic-Reboot "${reboot}";
Unattended-Upgrade::Automatic-Reboot-WithUsers "true";
Unattended-Upgrade::Automatic-Reboot-Time "${rebootTime}";
`,
      },
    ],
    units: [{ name: "apt-daily.timer" }, { name: "apt-daily-upgrade.timer" }],
  };
}

const journaldPath = "/etc/systemd/journald.conf.d/ringo.conf";
const journal: Fragment = {
  directories: [{ path: "/etc/systemd/journald.conf.d" }],
  files: [
    {
      path: journaldPath,
      content: "[Journal]\nStorage=persistent\nSystemMaxUse=500M\nSystemKeepFree=1G\nMaxRetentionSec=90day\n",
    },
  ],
  units: [{ name: "systemd-journald.service", restartOn: [journaldPath] }],
};

const sysctlPath = "/etc/sysctl.d/60-ringo.conf";
/** With a leading "-" a setting that this kernel or container does not let us change is passed over. */
const kernel: Fragment = {
  packages: ["procps"],
  files: [
    {
      path: sysctlPath,
      content: [
        "kernel.dmesg_restrict = 1",
        "kernel.kptr_restrict = 2",
        "kernel.unprivileged_bpf_disabled = 1",
        "kernel.yama.ptrace_scope = 1",
        "fs.protected_fifos = 2",
        "fs.protected_regular = 2",
        "vm.swappiness = 10",
        "net.core.somaxconn = 4096",
        "net.ipv4.tcp_syncookies = 1",
        "net.ipv4.conf.all.accept_redirects = 0",
        "net.ipv4.conf.default.accept_redirects = 0",
        "net.ipv4.conf.all.secure_redirects = 0",
        "net.ipv4.conf.all.send_redirects = 0",
        "net.ipv4.conf.default.send_redirects = 0",
        "net.ipv4.conf.all.accept_source_route = 0",
        "net.ipv6.conf.all.accept_redirects = 0",
        "net.ipv6.conf.default.accept_redirects = 0",
        "net.ipv6.conf.all.accept_source_route = 0",
      ].map((line) => `-${line}\n`).join(""),
    },
  ],
  units: [{ name: "systemd-sysctl.service", restartOn: [sysctlPath] }],
};
