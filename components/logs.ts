import * as pulumi from "@pulumi/pulumi";
import { intakePort, store, type Intake } from "../machine/logs";
import { combine, type Fragment } from "../machine/state";
import { selfSigned, type Certificate } from "./certificate";
import type { Host } from "./host";

/** Arguments of `Logs`. */
export interface LogsArgs {
  /** The private address of the machine that keeps the logs. */
  address: pulumi.Output<string>;
  /** Loki's image, by digest. */
  image: string;
  /** How long lines are kept, in days. */
  retentionDays: number;
  /** Disk space for lines, in GiB; above it the oldest are deleted earlier. */
  retentionGiB: number;
}

/** Puts the store in place on a machine; without `logs`, removes what was there. */
export const keepLogs = (host: Host, logs: Logs | undefined): pulumi.Resource =>
  host.apply("logs", pulumi.output(logs?.store ?? {}).apply((fragment) => combine(fragment as Fragment)));

/** The store of all machines' logs. It runs on the monitor's machine, which `Monitoring` creates; this component owns its certificate and its state. */
export class Logs extends pulumi.ComponentResource {
  /** What a machine needs to send its logs. */
  readonly intake: pulumi.Output<Intake>;
  private readonly certificate: pulumi.Output<Certificate>;

  constructor(name: string, private readonly args: LogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:logs:Logs", name, {}, opts);
    this.certificate = selfSigned(name, args.address, this);
    this.intake = pulumi.all([args.address, this.certificate]).apply(([address, { certificate }]) => ({ address, port: intakePort, certificate }));
    this.registerOutputs({});
  }

  /** The store's part of that machine's state. */
  get store(): pulumi.Output<Fragment> {
    const { address, image, retentionDays, retentionGiB } = this.args;
    return pulumi.all([address, this.certificate]).apply(([at, tls]) => store({ image, address: at, tls, retentionDays, retentionGiB }));
  }
}
