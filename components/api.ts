import * as pulumi from "@pulumi/pulumi";
import { api } from "../machine/backend/api";
import type { Backend } from "../machine/backend/django";
import { djangoMetrics } from "../machine/monitoring";
import { release } from "../machine/backend/release";
import { combine } from "../machine/state";
import { containers, oneByOne, surroundings, turnOf, type ContainerHostContext, type Rollout } from "./tier";
import { Host } from "./host";

/** Arguments of `ApiTier`. */
export interface ApiTierArgs {
  /** What all machines of the stack share. */
  context: ContainerHostContext;
  /** The machine that connections go through. */
  bastion: Host;
  /** Number of machines; at least one. */
  count: number;
  /** Droplet size by slug, e.g. `s-2vcpu-4gb`. */
  size: string;
  /** gunicorn's processes on each machine; at least one. */
  gunicornWorkers: number;
  /** How long a request may take, in seconds. */
  timeoutSeconds: number;
  /** How long a stopping container may finish its requests before it is killed, in seconds. */
  stopTimeoutSeconds: number;
  /** One of the backend's allowed hosts, for the health check. */
  host: string;
}

/** The machines that answer HTTP. */
export class ApiTier extends pulumi.ComponentResource {
  readonly hosts: Host[];
  private readonly args: ApiTierArgs;

  constructor(name: string, args: ApiTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:api:ApiTier", name, {}, opts);
    this.args = args;
    this.hosts = Array.from({ length: args.count }, (_, i) => new Host(`${name}-${i}`, {
      context: args.context,
      role: "api",
      size: args.size,
      turn: turnOf(i),
      bastion: args.bastion,
      services: [{ name: "ssh", port: 22, from: [args.context.network.vpcCidr] }],
      containersFrom: [args.context.network.vpcCidr],
      preparation: containers(args.context),
      exporters: (privateAddress) => djangoMetrics({ privateAddress, host: args.host }),
    }, { parent: this }));
    this.registerOutputs({});
  }

  /** Migrations, static files and the proof that the release's worker starts, on the first machine. */
  release({ backend, media, volume, after }: Rollout & { volume: pulumi.Output<string> }): pulumi.Resource {
    const [first] = this.hosts;
    const state = pulumi.all([backend, media, volume]).apply(([b, m, id]) => combine(surroundings(this.args.context, m), release({ backend: b as Backend, volume: id })));
    return first.apply("release", state, [first.ready, ...after]);
  }

  /** Replaces the containers one machine after the other, each healthy before the next. */
  rollOut({ backend, media, after }: Rollout): pulumi.Resource[] {
    return oneByOne(this.hosts, after, (host, before) => {
      const state = pulumi.all([backend, media, host.privateAddress]).apply(([b, m, privateAddress]) => combine(
        surroundings(this.args.context, m),
        api({
          backend: b as Backend,
          privateAddress,
          workers: this.args.gunicornWorkers,
          timeoutSeconds: this.args.timeoutSeconds,
          host: this.args.host,
          stopTimeoutSeconds: this.args.stopTimeoutSeconds,
        }),
      ));
      return host.apply("api", state, [host.ready, ...before]);
    });
  }
}
