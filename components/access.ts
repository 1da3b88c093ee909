import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { physicalName } from "./naming";

/** A key's public half, without the line's end. */
export const openssh = (key: tls.PrivateKey): pulumi.Output<string> => key.publicKeyOpenssh.apply((text) => text.trim());

/** How a machine is reached, for people and scripts: see cli/ssh.ts. */
export interface Reachable {
  name: string;
  /** What a connection goes to: the public address of the bastion, the private one of all others. */
  address: string;
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
}

/**
 * The key that the program itself comes to a machine with. People's keys are in the config (`operatorSshKeys`). Every machine lets the
 * next one in already, so that the program can change from one to the other: it comes with the new one, and takes the former away.
 */
export class Access extends pulumi.ComponentResource {
  readonly privateKey: pulumi.Output<string>;
  /** What a machine lets in: this key, and the next. */
  readonly publicKeys: pulumi.Output<string[]>;
  /** The key's id in the account, given to each droplet: without one DigitalOcean mails a root password. */
  readonly sshKeyId: pulumi.Output<string>;

  /** @param args `generation` counts the keys there have been. It only grows: no machine knows a former one. */
  constructor(private readonly name: string, { generation }: { generation: number }, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:access:Access", name, {}, opts);
    const [key, next] = [this.createKey(generation), this.createKey(generation + 1)];
    this.privateKey = key.privateKeyOpenssh;
    this.publicKeys = pulumi.all([key, next].map(openssh));
    this.sshKeyId = new digitalocean.SshKey(`${name}-key`, {
      name: physicalName("deployer"),
      publicKey: this.publicKeys[0],
    }, {
      parent: this,
      // The provider would delete first what bears a given name, and with it every machine that was made with it.
      deleteBeforeReplace: false,
    }).id;
    this.registerOutputs({ publicKeys: this.publicKeys });
  }

  private createKey(generation: number): tls.PrivateKey {
    return new tls.PrivateKey(`${this.name}-deployer-${generation}`, { algorithm: "ED25519" }, { parent: this });
  }
}
