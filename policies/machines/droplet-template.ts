import type { Unwrap } from "@pulumi/pulumi";
import type { types } from "@pulumi/digitalocean";

type Template = Unwrap<types.input.DropletAutoscaleDropletTemplate>;

/** Types that become droplets; a pool's are described in its template. */
export const dropletTypes = ["digitalocean:index/droplet:Droplet", "digitalocean:index/dropletAutoscale:DropletAutoscale"];

/** What the droplets of either type are made of. */
export const templateOf = (inputs: any): Partial<Template> => inputs.dropletTemplate ?? inputs;
