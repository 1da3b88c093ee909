import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { physicalName } from "./naming";

/** How a machine is reached, for people and scripts: see `sshFiles`. */
export interface Reachable {
  name: string;
  /** What a connection goes to: the public address of the bastion, the private one of all others. */
  address: string;
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
}

/** The key that the program itself comes to a machine with. People's keys are in the config (`operatorSshKeys`). */
export class Access extends pulumi.ComponentResource {
  readonly privateKey: pulumi.Output<string>;
  readonly publicKey: pulumi.Output<string>;
  /** The key's id in the account, given to each droplet: without one DigitalOcean mails a root password. */
  readonly sshKeyId: pulumi.Output<string>;

  constructor(name: string, args: { protect: boolean }, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:access:Access", name, {}, opts);
    const key = new tls.PrivateKey(`${name}-deployer`, { algorithm: "ED25519" }, { parent: this, protect: args.protect });
    this.privateKey = key.privateKeyOpenssh;
    this.publicKey = key.publicKeyOpenssh.apply((text) => text.trim());
    this.sshKeyId = new digitalocean.SshKey(`${name}-key`, {
      name: physicalName("deployer"),
      publicKey: this.publicKey,
    }, { parent: this }).id;
    this.registerOutputs({ publicKey: this.publicKey });
  }
}

/**
 * An OpenSSH client's configuration and known hosts for a stack: every host key pinned, everything but the bastion
 * reached through it.
 * @param directory where both files and the key `deployer` are kept.
 */
export function sshFiles(bastion: Reachable, others: Reachable[], directory: string): { config: string; knownHosts: string } {
  const all = [bastion, ...others];
  const common = [
    "Host *",
    "  User root",
    `  IdentityFile ${directory}/deployer`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${directory}/known_hosts`,
    "  StrictHostKeyChecking yes",
    "  ConnectTimeout 15",
  ];
  const entry = (host: Reachable): string[] => [
    `Host ${host.name}`,
    `  HostName ${host.address}`,
    `  HostKeyAlias ${host.name}`,
    ...(host === bastion ? [] : [`  ProxyJump ${bastion.name}`]),
  ];
  return {
    config: `${[...all.flatMap(entry), ...common].join("\n")}\n`,
    knownHosts: all.map((host) => `${host.name} ${host.hostKey}\n`).join(""),
  };
}
