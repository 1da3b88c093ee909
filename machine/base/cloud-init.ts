/**
 * A machine's first minute. User data replaces the droplet when it changes, and any process on the machine can read it
 * forever, so it is small, constant and contains nothing of value: a boot host key that authenticates only the first
 * connection, which delivers the real host key. From then on nobody accepts the boot key.
 */
import { json } from "../content";
import { combine, type MachineState } from "../state";

/** An ed25519 pair in OpenSSH's formats. */
export interface HostKey {
  /** PEM, `-----BEGIN OPENSSH PRIVATE KEY-----`. */
  private: string;
  /** One line, `ssh-ed25519 …`. */
  public: string;
}

export interface UserDataInputs {
  /** Generated for this machine's first connection and used for nothing else. */
  bootHostKey: HostKey;
  /** Who may log in as root: the deployer. Operators are added by the base state. */
  authorizedKeys: string[];
}

const hostKeyPath = "/etc/ssh/ssh_host_ed25519_key";
const otherHostKeys = ["rsa", "ecdsa", "dsa"].flatMap((type) => {
  const path = `/etc/ssh/ssh_host_${type}_key`;
  return [path, `${path}.pub`];
});

/** The droplet's user data, a cloud-config. JSON is YAML, and needs no quoting rules. */
export function userData({ bootHostKey, authorizedKeys }: UserDataInputs): string {
  const config = {
    // Only root, only by key. `users` without "default" creates no further user.
    users: [{ name: "root", lock_passwd: true, ssh_authorized_keys: authorizedKeys }],
    disable_root: false,
    ssh_pwauth: false,
    // The same, before sshd starts: otherwise cloud-init would set it later and restart sshd, cutting off a new connection.
    write_files: [{ path: "/etc/ssh/sshd_config.d/50-cloud-init.conf", content: "PasswordAuthentication no\n", permissions: "0600" }],
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: withNewline(bootHostKey.private), ed25519_public: bootHostKey.public.trim() },
    ssh: { emit_keys_to_console: false },
    package_update: false,
    package_upgrade: false,
  };
  return `#cloud-config\n${json(config)}`;
}

/**
 * What the first connection applies, authenticated by the boot key: the real host key in its place. cloud-init's copies
 * of the boot key stay under /var/lib/cloud: the metadata service serves them as long as the machine lives anyway, and
 * no client trusts that key any more.
 */
export function bootState({ hostKey }: { hostKey: HostKey }): MachineState {
  const privateKey = withNewline(hostKey.private);
  return combine({
    files: [
      { path: hostKeyPath, content: privateKey, mode: "0600", secret: true },
      { path: `${hostKeyPath}.pub`, content: withNewline(hostKey.public) },
    ],
    absent: otherHostKeys,
    steps: [
      {
        name: "wait for cloud-init",
        // 2 is "done, with warnings": the checks below say whether what we need is there.
        command: "cloud-init status --wait > /dev/null || [ $? -eq 2 ]",
        unless: "test -e /var/lib/cloud/instance/boot-finished",
        when: "before-packages",
      },
    ],
    units: [{ name: "ssh.service", reloadOn: [hostKeyPath, `${hostKeyPath}.pub`] }],
    checks: [
      { name: "sshd accepts its configuration", command: "sshd -t" },
      {
        name: "sshd shows the machine's own host key",
        command: `ssh-keyscan -t ed25519 localhost 2> /dev/null | grep -qF "$(cut -d ' ' -f 2 ${hostKeyPath}.pub)"`,
      },
    ],
    secrets: [privateKey],
  });
}

/** OpenSSH refuses a private key without its final newline. */
const withNewline = (text: string) => `${text.trim()}\n`;
