import type { PolicyResource } from "@pulumi/policy";
import { dropletTypes, templateOf } from "../machines/droplet-template";
import { type Named, nameOnly } from "../named";
import type { Rule } from "../rule";
import { eachKnown } from "../unknown";
import { isEdgeTag } from "./firewall";

const droplet: Named = { is: ({ type }) => type === dropletTypes[0], id: ({ props }) => props.id };

/** What gives a machine a public address that outlives it. */
const addresses = ["reservedIp:ReservedIp", "reservedIpAssignment:ReservedIpAssignment", "reservedIpv6:ReservedIpv6", "reservedIpv6Assignment:ReservedIpv6Assignment",
  "floatingIp:FloatingIp", "floatingIpAssignment:FloatingIpAssignment"].map((type) => `digitalocean:index/${type}`);

/** Whether a machine is the edge, and nothing else beside. */
function isEdge({ props }: PolicyResource): boolean {
  const roles = (templateOf(props).tags ?? []).filter((tag) => tag.startsWith("role:"));
  return roles.length > 0 && roles.every(isEdgeTag);
}

export const publicAddress: Rule = {
  name: "public-address",
  of: [...dropletTypes, ...addresses],
  chapter: "Network",
  severity: "high",
  demands: "Only the edge has a public address.",
  wrong: "A machine with a public address is one firewall rule away from the internet, and its own connections bypass the NAT gateway.",
  fix: "set publicNetworking: false, and assign reserved addresses to the edge only; other machines reach the internet through the network's NAT gateway.",
  answers: [],
  *check(resources) {
    yield* eachKnown(resources.filter(({ type }) => dropletTypes.includes(type)), function* (one) {
      if (templateOf(one.props).publicNetworking !== false && !isEdge(one)) yield { urn: one.urn, found: "it has a public address, and is not the edge" };
    });
    yield* eachKnown(resources.filter(({ type }) => addresses.includes(type)), function* (one) {
      const { urn, props } = one;
      if ("dropletId" in props && !nameOnly(resources.filter((each) => droplet.is(each) && isEdge(each)), droplet, one, "dropletId", [() => props.dropletId])) yield { urn, found: "it gives a public address to a machine that is not the edge" };
    });
  },
};
