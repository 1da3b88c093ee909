import * as pulumi from "@pulumi/pulumi";
import { docker, pulled, type RegistryCredentials } from "../machine/docker";
import { intakePort, store } from "../machine/logs";
import { combine, type Fragment } from "../machine/state";
import { selfSigned, type Certificate } from "./certificate";
import type { Host } from "./host";

export interface LogsArgs {
  /** The private address of the machine that keeps the lines. */
  address: pulumi.Output<string>;
  /** Loki's image. */
  image: string;
  retentionDays: number;
  retentionGiB: number;
  /** Addresses of containers inside the machine. */
  dockerCidr: string;
  /** What Docker logs in with, where the image's registry asks for it. */
  registry: pulumi.Output<RegistryCredentials | undefined>;
}

/** Where shippers bring lines. */
export interface Intake {
  address: string;
  port: number;
  /** PEM of what the intake proves itself with. */
  certificate: string;
}

/** Where every machine's lines are kept. Its machine is another part's; this one says what is on it. */
export class Logs extends pulumi.ComponentResource {
  readonly intake: pulumi.Output<Intake>;
  /** What its machine has before it keeps anything: the container engine and the image. */
  readonly preparation: pulumi.Output<Fragment>;
  private readonly certificate: pulumi.Output<Certificate>;

  constructor(name: string, private readonly args: LogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:logs:Logs", name, {}, opts);
    this.certificate = selfSigned(name, args.address, this);
    this.intake = pulumi.all([args.address, this.certificate]).apply(([address, { certificate }]) => ({ address, port: intakePort, certificate }));
    this.preparation = args.registry.apply((registry) => combine(
      docker({ addressPool: args.dockerCidr, registry }),
      pulled(args.image),
      { packages: ["nginx"] },
    ));
    this.registerOutputs({});
  }

  /** Puts the store in place. */
  keep(host: Host): pulumi.Resource {
    const { image, retentionDays, retentionGiB } = this.args;
    const state = pulumi.all([host.privateAddress, this.certificate]).apply(([address, tls]) => combine(store({ image, address, tls, retentionDays, retentionGiB })));
    return host.apply("logs", state);
  }
}
