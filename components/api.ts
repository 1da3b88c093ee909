import * as pulumi from "@pulumi/pulumi";
import { api } from "../machine/backend/api";
import type { Backend } from "../machine/backend/django";
import { djangoMetrics } from "../machine/monitoring";
import { release } from "../machine/backend/release";
import { combine } from "../machine/state";
import type { Host } from "./host";
import { oneByOne, surroundings, tierHosts, type Rollout, type TierArgs } from "./tier";

/** Arguments of `ApiTier`. */
export interface ApiTierArgs extends TierArgs {
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

  constructor(name: string, private readonly args: ApiTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:api:ApiTier", name, {}, opts);
    this.hosts = tierHosts(this, name, args, {
      role: "api",
      containersFrom: [args.context.network.vpcCidr],
      exporters: (privateAddress) => djangoMetrics({ privateAddress, host: args.host }),
    });
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
