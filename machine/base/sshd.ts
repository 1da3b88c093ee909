/** The SSH server: root by key, modern algorithms, forwarding only on the bastion and only to other machines' SSH. */
import { mayReach } from "../egress";
import { addedRules, peer, underWay } from "../nft";
import { combine, type Fragment } from "../state";

export interface SshdInputs {
  /** Public keys that may log in as root: the deployer's and the operators'. */
  authorizedKeys: string[];
  /** This machine is the way to the others: it forwards to port 22 in this CIDR. @default it forwards nothing */
  forwardsTo?: string;
  /**
   * CIDRs that sshd's penalties for failed logins spare. Behind a bastion every client shares one address, so one
   * mistyped key would shut everybody out. Needs OpenSSH ≥ 9.8. @default []
   */
  penaltyExempt?: string[];
}

const configPath = "/etc/ssh/sshd_config.d/10-ringo.conf";

/** @throws if nobody could log in afterwards. */
export function sshd(inputs: SshdInputs): Fragment {
  const keys = inputs.authorizedKeys.map((key) => key.trim()).filter((key) => key !== "");
  if (keys.length === 0) throw new Error("a machine without an authorized key can never be reached again");
  // sshd opens what it forwards as the user who asked for it.
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
    // A running sshd keeps its old configuration when the new one is wrong; it must not come to a reload or reboot.
    steps: [{ name: "check sshd's configuration", command: "sshd -t", onChange: [configPath] }],
  });
}

/** The drop-in: the first value that sshd meets wins, and this one is read before all others. */
export function sshdConfig({ forwardsTo, penaltyExempt = [] }: Omit<SshdInputs, "authorizedKeys">): string {
  return `# Managed by Ringo Infra.
HostKey /etc/ssh/ssh_host_ed25519_key
HostKeyAlgorithms ssh-ed25519

# Taken away from what this OpenSSH offers, so that a newer one's better algorithms come by themselves.
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

# One deployment opens a connection for every machine behind the bastion at once; what it forwards is no session.
MaxStartups 200:30:400
# Behind it a deployment opens a few: no neighbour can take all of a machine's by holding his own open.
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
