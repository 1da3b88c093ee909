import * as pulumi from "@pulumi/pulumi";
import { intakePort, store } from "../machine/logs";
import { combine } from "../machine/state";
import { selfSigned, type Certificate } from "./certificate";
import type { Host } from "./host";

export interface LogsArgs {
  /** The private address of the machine that keeps the lines. */
  address: pulumi.Output<string>;
  /** Loki's image. */
  image: string;
  retentionDays: number;
  retentionGiB: number;
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
  private readonly certificate: pulumi.Output<Certificate>;

  constructor(name: string, private readonly args: LogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:logs:Logs", name, {}, opts);
    this.certificate = selfSigned(name, args.address, this);
    this.intake = pulumi.all([args.address, this.certificate]).apply(([address, { certificate }]) => ({ address, port: intakePort, certificate }));
    this.registerOutputs({});
  }

  /** Puts the store in place. */
  keep(host: Host): pulumi.Resource {
    const { image, retentionDays, retentionGiB } = this.args;
    const state = pulumi.all([host.privateAddress, this.certificate]).apply(([address, tls]) => combine(store({ image, address, tls, retentionDays, retentionGiB })));
    return host.apply("logs", state);
  }
}
