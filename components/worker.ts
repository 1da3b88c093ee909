import * as pulumi from "@pulumi/pulumi";
import { beat } from "../machine/backend/beat";
import type { Backend, CelerySettings } from "../machine/backend/django";
import { combine } from "../machine/state";
import { worker } from "../machine/backend/worker";
import type { Host } from "./host";
import { oneByOne, surroundings, tierHosts, type Rollout, type TierArgs } from "./tier";

/** Arguments of `WorkerTier`. */
export interface WorkerTierArgs extends TierArgs {
  /** Queues, pool size and when a child is replaced. */
  celery: CelerySettings;
  /** How long a stopping worker may finish its tasks before it is killed, in seconds. */
  stopTimeoutSeconds: number;
}

/** The machines that process the queues' tasks. Beat runs on the first of them only. */
export class WorkerTier extends pulumi.ComponentResource {
  readonly hosts: Host[];

  constructor(name: string, private readonly args: WorkerTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:worker:WorkerTier", name, {}, opts);
    this.hosts = tierHosts(this, name, args, { role: "worker" });
    this.registerOutputs({});
  }

  /** Replaces the workers one after the other; each first finishes the tasks it has begun (warm shutdown). */
  rollOut({ backend, media, after, beat: ofBeat }: Rollout & { beat: pulumi.Output<Backend> }): pulumi.Resource[] {
    return oneByOne(this.hosts, after, (host, before, i) => {
      const state = pulumi.all([backend, ofBeat, media]).apply(([b, ofB, m]) => combine(
        surroundings(this.args.context, m),
        worker({
          backend: b as Backend,
          machine: host.name,
          celery: this.args.celery,
          stopTimeoutSeconds: this.args.stopTimeoutSeconds,
        }),
        i === 0 ? beat(ofB as Backend) : {},
      ));
      return host.apply("worker", state, [host.ready, ...before]);
    });
  }
}
