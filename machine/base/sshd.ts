/** The SSH server: root by key, modern algorithms, forwarding only on the bastion and only to other machines' SSH. */
import { mayReach } from "../egress";
import { addedRules, peer, underWay } from "../nft";
import { combine, type Fragment } from "../state";

export interface SshdInputs {
  /** Public keys that may log in as root: the deployer's and the operators'. */
  authorizedKeys: string[];
  /** This machine is the bastion: it forwards to port 22 in this CIDR. @default it forwards nothing */
  forwardsTo?: string;
  /**
   * CIDRs exempt from sshd's penalties for failed logins. Behind a bastion all clients share one address, so one
   * wrong key would lock everybody out. Needs OpenSSH ≥ 9.8. @default []
   */
  penaltyExempt?: string[];
}

const configPath = "/etc/ssh/sshd_config.d/10-ringo.conf";

/** @throws if nobody could log in afterwards. */
export function sshd(inputs: SshdInputs): Fragment {
  const keys = inputs.authorizedKeys.map((key) => key.trim()).filter((key) => key !== "");
  if (keys.length === 0) throw new Error("a machine without an authorized key can never be reached again");
  // sshd opens forwarded connections as the user who requested them.
  const forwards = inputs.forwardsTo === undefined ? {} : combine(
    mayReach("bastion", [{ name: "ssh", port: 22, to: [inputs.forwardsTo], users: ["root"] }]),
    addedRules("input", "bastion", [`${peer(inputs.forwardsTo, "saddr")} tcp sport 22 ${underWay} accept comment "answers to what it forwarded before these rules"`]),
  );
  return combine(forwards, {
    packages: ["openssh-server"],
    directories: [{ path: "/root/.ssh", mode: "0700" }],
    files: [
      { path: configPath, content: sshdConfig(inputs) },
      { path: "/root/.ssh/authorized_keys", content: keys.map((key) => `${key}\n`).join(""), mode: "0600" },
    ],
    units: [{ name: "ssh.service", reloadOn: [configPath] }],
    // A running sshd keeps its old configuration if the new one is invalid; that must be noticed before a reload or reboot.
    steps: [{ name: "check sshd's configuration", command: "sshd -t", onChange: [configPath] }],
  });
}

/** The drop-in: sshd uses the first value of a setting, and reads this file before all others. */
export function sshdConfig({ forwardsTo, penaltyExempt = [] }: Omit<SshdInputs, "authorizedKeys">): string {
  return `# Managed by Ringo Infra.
HostKey /etc/ssh/ssh_host_ed25519_key
HostKeyAlgorithms ssh-ed25519

# Removed from this OpenSSH's defaults, so that a newer version's better algorithms are used automatically.
KexAlgorithms -diffie-hellman-*,ecdh-sha2-nistp*
Ciphers -*-cbc,3des*,rijndael*
MACs -*sha1*,*md5*,umac-*@openssh.com,hmac-sha2-256,hmac-sha2-512,umac-64-etm@openssh.com

PermitRootLogin prohibit-password
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
AllowUsers root
LoginGraceTime 30
MaxAuthTries 3
LogLevel VERBOSE

# One deployment opens a connection for every machine behind the bastion at once; forwarded connections are not sessions.
MaxStartups 200:30:400
# Behind it a deployment opens a few: no neighbour can occupy all of a machine's by keeping its own open.
PerSourceMaxStartups ${forwardsTo === undefined ? "20" : "none"}
MaxSessions 2
ClientAliveInterval 30
ClientAliveCountMax 2
TCPKeepAlive no
${penaltyExempt.length > 0 ? `PerSourcePenaltyExemptList ${penaltyExempt.join(",")}\n` : ""}
${forwardsTo === undefined ? "AllowTcpForwarding no" : "AllowTcpForwarding local\nPermitOpen *:22"}
AllowStreamLocalForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTunnel no
GatewayPorts no
`;
}
