import type { PolicyResource } from "@pulumi/policy";
import type { Rule } from "../rule";

const droplet = "digitalocean:index/droplet:Droplet";
const isVpc = ({ type }: PolicyResource): boolean => type === "digitalocean:index/vpc:Vpc";

export const dropletCoverage: Rule[] = [
  {
    name: "droplet-firewalled",
    type: droplet,
    chapter: "Network",
    severity: "critical",
    demands: "Every droplet is selected by a cloud firewall, by tag or by id.",
    wrong: "A droplet that no firewall selects answers to everyone on every port.",
    mend: "give it the tag of a role that has a firewall (components/firewalls.ts).",
    answers: ["droplet-droplets-firewall-not-attached"],
    *check(resources) {
      const firewalls = resources.filter(({ type }) => type === "digitalocean:index/firewall:Firewall");
      const tags = new Set(firewalls.flatMap(({ props }) => props.tags ?? []));
      const named = new Set(firewalls.flatMap(({ propertyDependencies }) => propertyDependencies.dropletIds ?? []).map(({ urn }) => urn));
      for (const { type, urn, name, props } of resources) {
        if (type === droplet && !named.has(urn) && !(props.tags ?? []).some((tag: string) => tags.has(tag))) yield { urn, found: `no firewall of the stack selects ${name}` };
      }
    },
  },
  {
    name: "droplet-own-vpc",
    type: droplet,
    chapter: "Network",
    severity: "high",
    demands: "Every droplet is in a VPC of the stack's own, never in the region's default.",
    wrong: "The region's default VPC is shared with whatever else the account runs.",
    mend: "set vpcUuid to the id of the stack's own Vpc.",
    answers: [],
    *check(resources) {
      for (const { type, urn, name, propertyDependencies } of resources) {
        if (type === droplet && !(propertyDependencies.vpcUuid ?? []).some(isVpc)) yield { urn, found: `${name} is in no VPC of this stack` };
      }
    },
  },
];
