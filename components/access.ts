import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { physicalName } from "./naming";

/** How a machine is reached, for people and scripts: see ops/ssh.ts. */
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
