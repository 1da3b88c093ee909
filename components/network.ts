import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { allowTable, type WaysOut } from "./firewalls";
import { physicalName, projectTag, roles, roleTag, stackTag, type Role } from "./naming";

/** Arguments of `Network`. */
export interface NetworkArgs extends WaysOut {
  /** DigitalOcean's region by slug, e.g. `fra1`. A change replaces every machine. */
  region: string;
  /** The private network, e.g. `10.20.0.0/20`. A change replaces every machine; the new range must not overlap the old one. */
  vpcCidr: string;
  /** CIDRs that may connect to the bastion's SSH. */
  sshAllowedCidrs: string[];
  /** Refuse to delete what cannot be created again: the reserved address. */
  protect: boolean;
}

/** Create before delete: the old network cannot be deleted while anything is in it. The names allow both, as they include region and range. */
const beside = { deleteBeforeReplace: false };

/** The private network, its firewalls, its NAT gateway, and the stack's public address. */
export class Network extends pulumi.ComponentResource {
  readonly region: string;
  readonly vpcCidr: string;
  readonly vpcId: pulumi.Output<string>;
  /** The stack's public address: it outlives the machine behind it. */
  readonly publicAddress: pulumi.Output<string>;
  /** What must exist before a machine boots: the firewalls and the NAT gateway. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:network:Network", name, {}, opts);
    this.region = args.region;
    this.vpcCidr = args.vpcCidr;

    // Another region or range replaces the VPC and its gateway. Old and new exist side by side for a while, and names are unique in the
    // account, so region and range are part of the name. Another name alone is changed in place.
    const placed = (what: string): string => physicalName(`${what}-${args.region}-${args.vpcCidr.replace("/", "-")}`);
    const vpc = new digitalocean.Vpc(`${name}-vpc`, {
      name: placed("vpc"),
      region: args.region,
      ipRange: args.vpcCidr,
    }, { parent: this, ...beside });
    this.vpcId = vpc.id;

    const tags = this.createTags(name);
    const firewalls = this.createFirewalls(name, args, tags);
    const gateway = new digitalocean.VpcNatGateway(`${name}-gateway`, {
      name: placed("gateway"),
      region: args.region,
      type: "PUBLIC",
      size: 1,
      vpcs: [{ vpcUuid: vpc.id, defaultGateway: true }],
    }, { parent: this, ...beside });

    const reserved = new digitalocean.ReservedIp(`${name}-address`, { region: args.region }, {
      parent: this,
      protect: args.protect,
      // A separate resource assigns it. With `dropletId` here, replacing the machine would give the address up (terraform-provider-digitalocean #147).
      ignoreChanges: ["dropletId"],
    });
    this.publicAddress = reserved.ipAddress;
    this.ready = [...firewalls, gateway];
    this.registerOutputs({ vpcId: this.vpcId, publicAddress: this.publicAddress });
  }

  /** The tags that a machine of this role carries: project, stack, role. */
  tagsOf(role: Role): string[] {
    return [projectTag, stackTag(), roleTag(role)];
  }

  private createTags(name: string): digitalocean.Tag[] {
    return [
      new digitalocean.Tag(`${name}-tag`, { name: stackTag() }, { parent: this }),
      ...roles.map((role) => new digitalocean.Tag(`${name}-tag-${role}`, { name: roleTag(role) }, { parent: this })),
    ];
  }

  private createFirewalls(name: string, args: NetworkArgs, tags: digitalocean.Tag[]): digitalocean.Firewall[] {
    return allowTable(args.sshAllowedCidrs, args).map(({ role, inbound, outbound }) =>
      new digitalocean.Firewall(`${name}-firewall-${role}`, {
        name: physicalName(role),
        tags: [roleTag(role)],
        inboundRules: inbound,
        outboundRules: outbound,
      }, { parent: this, dependsOn: tags })); // refers to tags by name, so the order is not data flow
  }
}
