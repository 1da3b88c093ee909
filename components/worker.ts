import * as pulumi from "@pulumi/pulumi";
import { beat } from "../machine/backend/beat";
import type { Backend, CelerySettings } from "../machine/backend/django";
import { combine } from "../machine/state";
import { worker } from "../machine/backend/worker";
import { Host } from "./host";
import { containers, oneByOne, surroundings, turnOf, type ContainerHostContext, type Rollout } from "./tier";

/** Arguments of `WorkerTier`. */
export interface WorkerTierArgs {
  /** What all machines of the stack share. */
  context: ContainerHostContext;
  /** The machine that connections go through. */
  bastion: Host;
  /** Number of machines; at least one. Beat runs on the first of them only. */
  count: number;
  /** Droplet size by slug, e.g. `s-2vcpu-4gb`. */
  size: string;
  /** Queues, pool size and when a child is replaced. */
  celery: CelerySettings;
  /** How long a stopping worker may finish its tasks before it is killed, in seconds. */
  stopTimeoutSeconds: number;
}

/** The machines that process the queues' tasks. */
export class WorkerTier extends pulumi.ComponentResource {
  readonly hosts: Host[];
  private readonly args: WorkerTierArgs;

  constructor(name: string, args: WorkerTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:worker:WorkerTier", name, {}, opts);
    this.args = args;
    this.hosts = Array.from({ length: args.count }, (_, i) => new Host(`${name}-${i}`, {
      context: args.context,
      role: "worker",
      size: args.size,
      turn: turnOf(i),
      bastion: args.bastion,
      services: [{ name: "ssh", port: 22, from: [args.context.network.vpcCidr] }],
      preparation: containers(args.context),
    }, { parent: this }));
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
