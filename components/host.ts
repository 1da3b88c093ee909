import { remote, type types } from "@pulumi/command";
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { createHash } from "node:crypto";
import { base } from "../machine/base";
import { bootState, userData } from "../machine/base/cloud-init";
import { shipper, type Intake } from "../machine/logs";
import { facts, node } from "../machine/monitoring";
import type { Service } from "../machine/base/nftables";
import { payload, remoteCommand } from "../machine/payload";
import { combine, type Fragment, type MachineState } from "../machine/state";
import { openssh, type Access, type Reachable } from "./access";
import { exporterServices } from "./exporters";
import { physicalName, type Role } from "./naming";
import type { Network } from "./network";

/**
 * A state that differs replaces its command, and the old command is deleted first. That deletes nothing but the engine's memory of
 * what the machine was last told. An update in place would keep that memory through a command that failed or was cut off: when the
 * change is then taken back, the engine would see no difference, and the machine would stay half changed.
 */
export const forgottenFirst: pulumi.CustomResourceOptions = { replaceOnChanges: ["create", "stdin"], deleteBeforeReplace: true };

/** What all machines of a stack share: network, access and settings. */
export interface HostContext {
  network: Network;
  access: Access;
  /** Droplet image by slug. */
  machineImage: string;
  /** Generation of each machine, by its name: a higher number replaces the machine. @default 1 for a machine that it does not name */
  machineGenerations: Record<string, number>;
  /** Public keys of the people who may log in, beside the deployer's. */
  operatorSshKeys: string[];
  /** PEM of private authorities that machines trust. */
  trustedCertificates: string[];
  /** IANA name, e.g. `Europe/Moscow`. */
  timezone: string;
  /** Whether machines reboot after an update that needs it, and when (`HH:MM`, in `timezone`). */
  automaticUpdates: { reboot: boolean; rebootTime: string };
  /** Further tags for droplets and volumes. */
  tags: string[];
  /** Private address of the monitor, which collects all other machines' metrics. */
  monitor: pulumi.Output<string>;
  /** Where machines send their logs. @default nowhere: they stay on the machines */
  logs?: pulumi.Output<Intake>;
}

/** Arguments of `Host`. */
export interface HostArgs {
  /** What all machines of the stack share. */
  context: HostContext;
  /** What the machine does. Firewalls select machines by it. */
  role: Role;
  /** Droplet size by slug. A change resizes in place, disk included: the provider powers off all machines that change, at the same time (docs/setup.md, 11). */
  size: string;
  /** The machine that connections go through. @default none: this machine has a public address and is the bastion */
  bastion?: Host;
  /** Ports that the machine's own firewall opens, and to whom. */
  services: Service[];
  /** Its turn to reboot after an update; turns are five minutes apart. @default 0: at once, together with edge, database and monitor, since the stack is down without any of them */
  turn?: number;
  /** CIDRs that may reach the ports that containers publish. @default none */
  containersFrom?: string[];
  /** Part of the base state, applied to all machines at once: the role's packages, its container engine. @default none */
  preparation?: pulumi.Input<Fragment>;
  /** Prometheus exporters of this role, beside those that every machine has. @default none */
  exporters?: (privateAddress: string) => pulumi.Input<Fragment>;
}

/**
 * A droplet, its SSH identity, and its declared states.
 *
 * The machine's host key is made here and checked on every connection. It can't travel in user data, which any process
 * on the machine could read, so user data carries a one-time key: it proves the machine's identity for the first
 * connection alone, on which the real key takes its place.
 */
export class Host extends pulumi.ComponentResource {
  readonly name: string;
  readonly role: Role;
  readonly privateAddress: pulumi.Output<string>;
  /** Null for a machine without a public address. */
  readonly publicAddress: pulumi.Output<string | null>;
  readonly hostPublicKey: pulumi.Output<string>;
  /** The address that connections go to. */
  readonly address: pulumi.Output<string>;
  readonly droplet: digitalocean.Droplet;
  /** The first connection was made: the machine answers under its own host key. */
  readonly booted: pulumi.Resource;
  /** The base state is applied: the machine can take its role. */
  readonly ready: pulumi.Resource;

  private readonly args: HostArgs;
  private readonly generation: number;
  private readonly hostKey: tls.PrivateKey;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:host:Host", name, {}, opts);
    this.name = name;
    this.role = args.role;
    this.args = args;
    this.generation = args.context.machineGenerations[name] ?? 1;

    this.hostKey = this.createKey("host-key");
    const bootKey = this.createKey("boot-key");
    this.hostPublicKey = openssh(this.hostKey);
    this.droplet = this.createDroplet(bootKey);
    this.privateAddress = this.droplet.ipv4AddressPrivate;

    const isPublic = !args.bastion;
    const assignment = isPublic ? this.assignAddress() : undefined;
    this.publicAddress = pulumi.output(isPublic ? args.context.network.publicAddress : null);
    this.address = isPublic ? args.context.network.publicAddress : this.privateAddress;

    this.booted = this.createBoot(bootKey, assignment);
    this.ready = this.apply("base", this.baseState(), [this.booted]);
    this.registerOutputs({ privateAddress: this.privateAddress, publicAddress: this.publicAddress });
  }

  /**
   * Applies a state to this machine, and removes what that state once declared and no longer does. An unchanged state costs no connection.
   * @param what the state's name, unique on this machine.
   * @param after what must be done first, where no value says so: facts on other machines.
   * @param standsOn ids of other resources that the state is applied to, such as a volume: with another id it is applied again.
   */
  apply(what: string, state: pulumi.Input<MachineState>, after: pulumi.Input<pulumi.Resource>[] = [this.ready], standsOn: pulumi.Output<string>[] = []): remote.Command {
    return this.command(what, state, this.hostPublicKey, { dependsOn: after, ...forgottenFirst }, standsOn);
  }

  /** How people and scripts reach this machine. */
  get reachable(): pulumi.Output<Reachable> {
    return pulumi.all([this.address, this.hostPublicKey]).apply(([address, hostKey]) => ({ name: this.name, address, hostKey }));
  }

  private baseState(): pulumi.Output<MachineState> {
    const { args, name } = this;
    const { network, access, operatorSshKeys, trustedCertificates, timezone, automaticUpdates, monitor, logs } = args.context;
    const exporters = this.privateAddress.apply((address) => args.exporters?.(address) ?? {});
    return pulumi.all([
      access.publicKeys, args.preparation ?? {}, monitor, this.privateAddress, exporters, logs,
    ]).apply(([deployer, preparation, watcher, address, ofRole, intake]) => combine(
      base({
        hostname: name,
        sshd: {
          authorizedKeys: [...deployer, ...operatorSshKeys],
          forwardsTo: args.bastion ? undefined : network.vpcCidr,
        },
        firewall: { services: [...args.services, ...exporterServices(args.role, watcher)], containersFrom: args.containersFrom },
        neverBanned: args.bastion ? [network.vpcCidr] : [],
        trustedCertificates,
        timezone,
        automaticUpdates: { ...automaticUpdates, turn: args.turn },
      }),
      node(address),
      facts({ keys: { deployer, operator: operatorSshKeys } }),
      ofRole as Fragment,
      intake ? shipper({ machine: name, role: args.role, store: intake }) : {},
      preparation as Fragment,
    ));
  }

  /**
   * The name of a resource that comes into being with the machine: it ends with a hash of where and of what the machine is made, and
   * from the second machine on with its count. So a new machine has new resources, not replaced ones: a replacement would get the old
   * values of what `ignoreChanges` names, keys that open nothing any more.
   */
  private born(what: string): string {
    const { network, machineImage } = this.args.context;
    const origin = createHash("sha256").update([network.region, network.vpcCidr, machineImage].join("\n")).digest("hex").slice(0, 4);
    return [what, origin, ...(this.generation === 1 ? [] : [this.generation])].join("-");
  }

  private createKey(what: string): tls.PrivateKey {
    return new tls.PrivateKey(`${this.name}-${this.born(what)}`, { algorithm: "ED25519" }, { parent: this });
  }

  private createDroplet(bootKey: tls.PrivateKey): digitalocean.Droplet {
    const { args } = this;
    const { network, access, machineImage, tags } = args.context;
    return new digitalocean.Droplet(`${this.name}-${this.born("droplet")}`, {
      name: physicalName(this.name),
      region: network.region,
      size: args.size,
      image: machineImage,
      vpcUuid: network.vpcId,
      publicNetworking: !args.bastion,
      monitoring: true,
      sshKeys: [access.sshKeyId],
      tags: [...network.tagsOf(args.role), ...tags],
      // A worker that is deleted finishes its tasks first. Other machines have nothing to finish; and the data machine's volume is detached
      // by then, so PostgreSQL would try to stop for an hour.
      gracefulShutdown: args.role === "worker",
      userData: pulumi.all([bootKey.privateKeyOpenssh, openssh(bootKey), access.publicKeys]).apply(
        ([privateKey, publicKey, authorizedKeys]) =>
          userData({ bootHostKey: { private: privateKey, public: publicKey }, authorizedKeys })),
    }, {
      parent: this,
      dependsOn: network.ready,
      // A changed key or user data would replace the machine (terraform-provider-digitalocean #1270, #1019); both matter at its first boot only.
      ignoreChanges: ["sshKeys", "userData"],
      // By default the provider deletes the old machine first, since it has a given name.
      deleteBeforeReplace: false,
      // As long as a shutdown may take (machine/docker/shutdown.ts), and a little; the provider's own is a minute.
      customTimeouts: { delete: "35m" },
    });
  }

  private assignAddress(): digitalocean.ReservedIpAssignment {
    return new digitalocean.ReservedIpAssignment(`${this.name}-address`, {
      ipAddress: this.args.context.network.publicAddress,
      dropletId: this.droplet.id.apply(Number),
    }, { parent: this });
  }

  /** The first connection: waits until the machine is up and puts its real host key in place. */
  private createBoot(bootKey: tls.PrivateKey, assignment: pulumi.Resource | undefined): remote.Command {
    const state = pulumi.all([this.hostKey.privateKeyOpenssh, this.hostPublicKey]).apply(([privateKey, publicKey]) =>
      bootState({ hostKey: { private: privateKey, public: publicKey } }));
    const after = [assignment ?? this.droplet, ...(this.args.bastion ? [this.args.bastion.booted] : [])];
    return this.command(this.born("boot"), state, openssh(bootKey), {
      dependsOn: after, // the address answers only once it is assigned, and others only through the bastion
      // It runs once in a machine's life. Nothing later may run it again, since it would log in with the one-time key.
      ignoreChanges: ["create", "stdin", "connection.privateKey", "connection.proxy"],
    });
  }

  private command(what: string, state: pulumi.Input<MachineState>, hostKey: pulumi.Output<string>, opts: pulumi.CustomResourceOptions, standsOn: pulumi.Output<string>[] = []): remote.Command {
    return new remote.Command(`${this.name}-${what}`, {
      connection: this.connection(hostKey),
      create: remoteCommand,
      addPreviousOutputInEnv: false,
      stdin: pulumi.secret(pulumi.output(state).apply((s) => payload(what, s as MachineState))),
      triggers: [this.droplet.id, ...standsOn],
      logging: remote.Logging.StdoutAndStderr,
    }, { parent: this, ...opts });
  }

  /** Written out field by field: a connection that is spread or cast can leak its key into a log (pulumi-command #773). */
  private connection(hostKey: pulumi.Output<string>): types.input.remote.ConnectionArgs {
    const { bastion, context: { access } } = this.args;
    return {
      host: this.address,
      user: "root",
      privateKey: access.privateKey,
      hostKey,
      // Dialling through the bastion is repeated until the machine's port is reached. The handshake after it has one real attempt:
      // pulumi-command 1.2.1 repeats it on the connection that the first failure has closed, for five minutes, and then says only "EOF".
      dialErrorLimit: 60,
      perDialTimeout: 15,
      proxy: bastion && {
        host: bastion.address,
        user: "root",
        privateKey: access.privateKey,
        hostKey: bastion.hostPublicKey,
        dialErrorLimit: 60,
        perDialTimeout: 15,
      },
    };
  }
}
