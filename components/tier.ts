import * as pulumi from "@pulumi/pulumi";
import { backendNetwork } from "../machine/backend/network";
import type { Backend } from "../machine/backend/django";
import { namesForContainers } from "../machine/base/resolvers";
import { docker, pulled, type RegistryCredentials } from "../machine/docker";
import { mediaClient } from "../machine/data/media";
import { combine } from "../machine/state";
import type { Ground, Host } from "./host";
import { writer, type MediaShare } from "./media";

/** What machines that run containers of the backend have in common. */
export interface ContainerGround extends Ground {
  /** The backend's image. */
  image: string;
  /** Addresses of the containers inside each machine. */
  dockerCidr: string;
  /** TCP ports of the internet that the backend needs. */
  outboundPorts: number[];
  registry: pulumi.Output<RegistryCredentials | undefined>;
}

/** What a tier runs; known once the database is there. */
export interface Rollout {
  backend: pulumi.Output<Backend>;
  media: pulumi.Output<MediaShare>;
  /** Must be done before: the database answers. */
  after: pulumi.Resource[];
}

/** A tier machine's turn to reboot after an update: one of eleven, within an hour, after the machines that there is only one of. Of a large tier an eleventh is away at once. */
export const turnOf = (index: number): number => 1 + index % 11;

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
export const containers = (ground: ContainerGround) => ground.registry.apply((registry) => combine(
  docker({ addressPool: ground.dockerCidr, registry, after: ["ringo-media.service"] }),
  pulled(ground.image),
  namesForContainers,
  { packages: ["sshfs"] }, // for the shared files; installed together with all other packages
));

/** What containers of the backend need around them: the shared files, and what they may connect to. */
export const surroundings = ({ network, outboundPorts }: ContainerGround, media: MediaShare) => combine(
  mediaClient(writer(media)),
  backendNetwork({ data: media.server, vpcCidr: network.vpcCidr, ports: outboundPorts }),
);
