import type { PolicyResource } from "@pulumi/policy";
import { dropletTypes, templateOf } from "../machines/droplet-template";
import { each, type Named, nameOnly } from "../named";
import type { Rule } from "../rule";
import { eachKnown, known } from "../unknown";

export const isVpc = ({ type }: PolicyResource): boolean => type === "digitalocean:index/vpc:Vpc";

const vpc: Named = { is: isVpc, id: ({ props }) => props.id };

/** Whether a firewall names this machine: by its id, where that is known, or else by the program's reference. */
function selectsById({ props, propertyDependencies }: PolicyResource, machine: PolicyResource): boolean {
  const given = each((props.dropletIds ?? []) as unknown[]).map(known);
  const id = known(() => machine.props.id as unknown);
  return given.some((one) => one !== undefined && String(one) === String(id)) || ((id === undefined || given.includes(undefined)) && (propertyDependencies.dropletIds ?? []).some(({ urn }) => urn === machine.urn));
}

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
      yield* eachKnown(machinesOf(resources), function* (one) {
        const selected = firewalls.some((wall) => selectsById(wall, one)) || (templateOf(one.props).tags ?? []).some((tag) => tags.has(tag));
        if (!selected) yield { urn: one.urn, found: `no firewall of the stack selects ${one.name}` };
      });
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
      const own = resources.filter(isVpc);
      yield* eachKnown(machinesOf(resources), function* (one) {
        const input = "dropletTemplate" in one.props ? "dropletTemplate" : "vpcUuid";
        if (!nameOnly(own, vpc, one, input, [() => templateOf(one.props).vpcUuid])) yield { urn: one.urn, found: `${one.name} is in no VPC of this stack` };
      });
    },
  },
];
