import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { physicalName } from "./naming";

/** A key's public half, without the line break at its end. */
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
 * The SSH key with which the program itself logs in to machines; people's keys are in the config (`operatorSshKeys`). Every machine
 * already accepts the next key as well. So the program can switch keys: it logs in with the new one and removes the old one.
 */
export class Access extends pulumi.ComponentResource {
  readonly privateKey: pulumi.Output<string>;
  /** The keys that a machine accepts: this one and the next. */
  readonly publicKeys: pulumi.Output<string[]>;
  /** The key's id in the account, given to each droplet: without one DigitalOcean mails a root password. */
  readonly sshKeyId: pulumi.Output<string>;

  /** @param args `generation` counts the keys so far: no machine accepts an earlier key, nor one after the next. It is noted (`begun`) before it is used. */
  constructor(private readonly name: string, private readonly args: { generation: number; begun: pulumi.Resource }, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:access:Access", name, {}, opts);
    const [key, next] = [this.createKey(args.generation), this.createKey(args.generation + 1)];
    this.privateKey = key.privateKeyOpenssh;
    this.publicKeys = pulumi.all([key, next].map(openssh));
    this.sshKeyId = new digitalocean.SshKey(`${name}-key`, {
      name: physicalName("deployer"),
      publicKey: this.publicKeys[0],
    }, {
      parent: this,
      // Since the key has a given name, the provider would delete the old one first, and with it every machine that depends on it.
      deleteBeforeReplace: false,
    }).id;
    this.registerOutputs({ publicKeys: this.publicKeys });
  }

  private createKey(generation: number): tls.PrivateKey {
    return new tls.PrivateKey(`${this.name}-deployer-${generation}`, { algorithm: "ED25519" }, { parent: this, dependsOn: this.args.begun });
  }
}
