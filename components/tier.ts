import * as pulumi from "@pulumi/pulumi";
import { backendNetwork } from "../machine/backend/network";
import type { Backend } from "../machine/backend/django";
import { namesForContainers } from "../machine/base/resolvers";
import { docker, pulled, type RegistryCredentials } from "../machine/docker";
import { mediaClient } from "../machine/data/media";
import { combine } from "../machine/state";
import { Host, type HostArgs, type HostContext } from "./host";
import { writer, type MediaShare } from "./media";

/** What all machines that run the backend's containers share. */
export interface ContainerHostContext extends HostContext {
  /** The backend's image, by digest. */
  image: string;
  /** CIDR of the containers' addresses inside each machine. */
  dockerCidr: string;
  /** TCP ports of the internet that the backend may connect to. */
  outboundPorts: number[];
  /** Log-in at the image's registry. Undefined for a public image. */
  registry: pulumi.Output<RegistryCredentials | undefined>;
}

/** Arguments of every tier. */
export interface TierArgs {
  /** What all machines of the stack share. */
  context: ContainerHostContext;
  /** The machine that connections go through. */
  bastion: Host;
  /** Number of machines; at least one. */
  count: number;
  /** Droplet size by slug, e.g. `s-2vcpu-4gb`. */
  size: string;
}

/** What a tier rolls out; known once the database exists. */
export interface Rollout {
  /** Image and environment of the containers. */
  backend: pulumi.Output<Backend>;
  /** Where the shared files are. */
  media: pulumi.Output<MediaShare>;
  /** What must be done before, e.g. the release's migrations. */
  after: pulumi.Resource[];
}

/** A tier machine's turn to reboot after an update: one of eleven, within an hour, after the machines that there is only one of. Of a large tier an eleventh is away at once. */
const turnOf = (index: number): number => 1 + index % 11;

/** A tier's machines, ready to run containers. @param more what only this tier's machines have */
export const tierHosts = (
  parent: pulumi.Resource, name: string, { context, bastion, count, size }: TierArgs, more: Pick<HostArgs, "role" | "containersFrom" | "exporters">,
): Host[] => Array.from({ length: count }, (_, i) => new Host(`${name}-${i}`, {
  context,
  bastion,
  size,
  turn: turnOf(i),
  services: [{ name: "ssh", port: 22, from: [context.network.vpcCidr] }],
  preparation: containers(context),
  ...more,
}, { parent }));

/** A roll-out's order: one machine after the other, so that never two are away at once; the first one after `after`. */
export function oneByOne(
  hosts: Host[],
  after: pulumi.Resource[],
  apply: (host: Host, before: pulumi.Resource[], index: number) => pulumi.Resource,
): pulumi.Resource[] {
  let before = after;
  return hosts.map((host, i) => {
    const applied = apply(host, before, i);
    before = [applied];
    return applied;
  });
}

/** What a machine of a container tier has before it runs anything. */
const containers = (context: ContainerHostContext) => context.registry.apply((registry) => combine(
  docker({ addressPool: context.dockerCidr, registry, after: ["ringo-media.service"] }),
  pulled(context.image),
  namesForContainers,
  { packages: ["sshfs"] }, // for the shared files; installed together with all other packages
));

/** What containers of the backend need around them: the shared files, and what they may connect to. */
export const surroundings = ({ network, outboundPorts }: ContainerHostContext, media: MediaShare) => combine(
  mediaClient(writer(media)),
  backendNetwork({ data: media.server, vpcCidr: network.vpcCidr, ports: outboundPorts }),
);
