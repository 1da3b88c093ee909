import * as pulumi from "@pulumi/pulumi";
import { backendNetwork } from "../machine/backend/network";
import type { Backend } from "../machine/backend/django";
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

/** What a tier runs, known once the database is. */
export interface Rollout {
  backend: pulumi.Output<Backend>;
  media: pulumi.Output<MediaShare>;
  /** Must be done before: the database answers. */
  after: pulumi.Resource[];
}

/** The turns in which a tier's machines reboot after an update: within an hour, after those that there is one of, and a twelfth of a large tier at once. */
export const turnOf = (index: number): number => 1 + index % 11;

/** A roll-out's order: one machine after the other, the first after `after`, so that never two are away at once. */
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
  { packages: ["sshfs"] }, // of the shared files, installed with all others
));

/** What containers of the backend find around them: the shared files, and their ways out. */
export const surroundings = ({ network, outboundPorts }: ContainerGround, media: MediaShare) => combine(
  mediaClient(writer(media)),
  backendNetwork({ data: media.server, vpcCidr: network.vpcCidr, ports: outboundPorts }),
);
