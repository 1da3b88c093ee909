import { dropletTypes, templateOf } from "../machines/droplet-template";
import { type Named, nameOnly } from "../named";
import type { Rule } from "../rule";
import { eachKnown } from "../unknown";
import { isEdgeTag } from "./firewall";

const droplet: Named = { is: ({ type }) => type === dropletTypes[0], id: ({ props }) => props.id };

const digitalocean = (types: string[]): string[] => types.map((type) => `digitalocean:index/${type}`);

/** What assigns an address to a machine, and addresses that can be given one themselves. */
const assignments = digitalocean(["reservedIpAssignment:ReservedIpAssignment", "reservedIpv6Assignment:ReservedIpv6Assignment", "floatingIpAssignment:FloatingIpAssignment"]);
const addresses = digitalocean(["reservedIp:ReservedIp", "reservedIpv6:ReservedIpv6", "floatingIp:FloatingIp"]);

/** Whether a machine is the edge, and nothing else beside. */
function isEdge(inputs: any): boolean {
  const roles = (templateOf(inputs).tags ?? []).filter((tag) => tag.startsWith("role:"));
  return roles.length > 0 && roles.every(isEdgeTag);
}

export const publicAddressRules: Rule[] = [
  {
    name: "public-address",
    types: dropletTypes,
    chapter: "Network",
    severity: "high",
    demands: "Only the edge has a public address.",
    wrong: "A machine with a public address is one firewall rule away from the internet, and its own connections bypass the NAT gateway.",
    fix: "set publicNetworking: false; machines other than the edge reach the internet through the network's NAT gateway.",
    answers: [],
    *check(inputs) {
      if (templateOf(inputs).publicNetworking !== false && !isEdge(inputs)) yield "it has a public address, and is not the edge";
    },
  },
  {
    name: "reserved-address",
    of: [...assignments, ...addresses],
    chapter: "Network",
    severity: "high",
    demands: "A reserved address is assigned to the edge only.",
    wrong: "By that address the internet reaches a machine that is not meant for it, as far as its firewall allows.",
    fix: "assign it to the edge's droplet.",
    answers: [],
    *check(resources) {
      const edges = resources.filter((one) => droplet.is(one) && isEdge(one.props));
      yield* eachKnown(resources.filter(({ type }) => assignments.includes(type) || addresses.includes(type)), function* (one) {
        const { type, urn, props, propertyDependencies } = one;
        // An address also reports the machine that it is assigned to, which may have been replaced since: what counts is the one that the program assigns it to.
        const isFine = assignments.includes(type)
          ? nameOnly(edges, droplet, one, "dropletId", [() => props.dropletId])
          : (propertyDependencies.dropletId ?? []).filter(droplet.is).every((of) => edges.some((edge) => edge.urn === of.urn));
        if (!isFine) yield { urn, found: "it is assigned to a machine that is not the edge" };
      });
    },
  },
];
