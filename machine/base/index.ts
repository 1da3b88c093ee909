/** What every machine has, whatever its role. */
import { audit } from "./audit";
import { cloudAgent } from "./cloud-agent";
import { fail2ban } from "./fail2ban";
import { hardening } from "./hardening";
import { inspection } from "./inspection";
import { logrotate } from "./logrotate";
import { firewall, type FirewallInputs } from "./nftables";
import { noSetuid } from "./setuid";
import { scrubber } from "../logs/scrubber";
import { resolvers } from "./resolvers";
import { sshd, type SshdInputs } from "./sshd";
import { combine, type Fragment, type MachineState } from "../state";
import { kernel } from "./sysctl";
import { trust } from "./trust";
import { updates, type UpdateWindow } from "./updates";

export interface BaseInputs {
  /** The machine's name, a single label. */
  hostname: string;
  sshd: Omit<SshdInputs, "penaltyExempt">;
  firewall: FirewallInputs;
  /** CIDRs that are never banned for failed logins, by sshd or fail2ban. */
  neverBanned: string[];
  /** PEM of private certificate authorities. */
  trustedCertificates: string[];
  /** Name in the IANA database. */
  timezone: string;
  /** When security updates may disturb. */
  automaticUpdates: UpdateWindow;
}

/** The base state; a role's fragments are combined with it. */
export function base(inputs: BaseInputs): MachineState {
  return combine(
    identity(inputs.hostname),
    resolvers,
    sshd({ ...inputs.sshd, penaltyExempt: inputs.neverBanned }),
    firewall(inputs.firewall),
    trust(inputs.trustedCertificates),
    time(inputs.timezone),
    updates(inputs.automaticUpdates),
    journal,
    logrotate,
    kernel,
    hardening,
    noSetuid,
    audit,
    fail2ban(inputs.neverBanned),
    inspection,
    scrubber,
    cloudAgent,
    { packages: ["curl", "ca-certificates", "iproute2", "procps"] },
  );
}

function identity(hostname: string): Fragment {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(hostname)) throw new Error(`"${hostname}" is not a host name`);
  return {
    files: [
      // Otherwise cloud-init would reset it from the cloud's metadata at every boot.
      { path: "/etc/cloud/cloud.cfg.d/90-ringo.cfg", content: "preserve_hostname: true\nmanage_etc_hosts: false\n" },
      { path: "/etc/hostname", content: `${hostname}\n` },
      {
        path: "/etc/hosts",
        content: `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`,
      },
    ],
    steps: [{ name: "host name", command: `hostname ${hostname}`, unless: `[ "$(hostname)" = ${hostname} ]` }],
  };
}

/** If the clock is the host's, systemd skips both, which is not an error. */
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

const journaldPath = "/etc/systemd/journald.conf.d/ringo.conf";
const journal: Fragment = {
  files: [
    {
      path: journaldPath,
      content: "[Journal]\nStorage=persistent\nSystemMaxUse=1G\nSystemKeepFree=1G\nMaxRetentionSec=90day\n",
    },
  ],
  units: [{ name: "systemd-journald.service", restartOn: [journaldPath] }],
};
