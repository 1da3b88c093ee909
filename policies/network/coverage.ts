import type { PolicyResource } from "@pulumi/policy";
import { dropletTypes, templateOf } from "../machines/droplet-template";
import type { Rule } from "../rule";

export const isVpc = ({ type }: PolicyResource): boolean => type === "digitalocean:index/vpc:Vpc";

/** Droplets, and pools that make some. */
const machinesOf = (resources: PolicyResource[]): PolicyResource[] => resources.filter(({ type }) => dropletTypes.includes(type));

export const dropletCoverage: Rule[] = [
  {
    name: "droplet-firewalled",
    of: dropletTypes,
    chapter: "Network",
    severity: "critical",
    demands: "Every droplet is selected by a cloud firewall, by tag or by id.",
    wrong: "A droplet without a firewall is open to everyone on every port.",
    fix: "give it the tag of a role that has a firewall (components/firewalls.ts).",
    answers: ["droplet-droplets-firewall-not-attached"],
    *check(resources) {
      const firewalls = resources.filter(({ type }) => type === "digitalocean:index/firewall:Firewall");
      const tags = new Set(firewalls.flatMap(({ props }) => props.tags ?? []));
      const named = new Set(firewalls.flatMap(({ propertyDependencies }) => propertyDependencies.dropletIds ?? []).map(({ urn }) => urn));
      for (const { urn, name, props } of machinesOf(resources)) {
        if (!named.has(urn) && !(templateOf(props).tags ?? []).some((tag) => tags.has(tag))) yield { urn, found: `no firewall of the stack selects ${name}` };
      }
    },
  },
  {
    name: "droplet-own-vpc",
    of: dropletTypes,
    chapter: "Network",
    severity: "high",
    demands: "Every droplet is in a VPC of the stack's own, never in the region's default.",
    wrong: "The region's default VPC is shared with whatever else the account runs.",
    fix: "set vpcUuid to the id of the stack's own Vpc.",
    answers: [],
    *check(resources) {
      for (const { urn, name, propertyDependencies: { vpcUuid, dropletTemplate } } of machinesOf(resources)) {
        if (!(vpcUuid ?? dropletTemplate ?? []).some(isVpc)) yield { urn, found: `${name} is in no VPC of this stack` };
      }
    },
  },
];
