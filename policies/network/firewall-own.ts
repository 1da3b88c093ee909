import type { types } from "@pulumi/digitalocean";
import type { FirewallArgs } from "@pulumi/digitalocean/firewall";
import type { Unwrap } from "@pulumi/pulumi";
import { each, type Named, nameOnly } from "../named";
import type { Rule } from "../rule";
import { eachKnown } from "../unknown";
import { allowed, firewall } from "./firewall";

const tag: Named = { is: ({ type }) => type === "digitalocean:index/tag:Tag", id: ({ props }) => props.name };

/** Inputs with the tags in them: of the machines that it stands before, and of those that it lets through to them. */
const tagsIn = ({ tags, inboundRules, outboundRules }: Unwrap<FirewallArgs>): [input: string, tags: string[]][] => [
  ["tags", tags ?? []],
  ...allowed(inboundRules as Unwrap<types.input.FirewallInboundRule>[] | undefined).map(({ sourceTags }): [string, string[]] => ["inboundRules", sourceTags ?? []]),
  ...allowed(outboundRules as Unwrap<types.input.FirewallOutboundRule>[] | undefined).map(({ destinationTags }): [string, string[]] => ["outboundRules", destinationTags ?? []]),
];

export const firewallOwnTags: Rule = {
  name: "firewall-own-tags",
  of: [firewall],
  chapter: "Network",
  severity: "high",
  demands: "A firewall selects machines by tags of its own stack only.",
  wrong: "Tags are shared by the whole account: with another stack's tag, that stack's machines can connect here, or this firewall opens ports on them.",
  fix: "use a tag that this stack creates, such as a role's (components/naming.ts).",
  answers: [],
  *check(resources) {
    const own = resources.filter(tag.is);
    yield* eachKnown(resources.filter(({ type }) => type === firewall), function* (one) {
      for (const [input, tags] of tagsIn(one.props as Unwrap<FirewallArgs>)) {
        for (const read of each(tags)) if (!nameOnly(own, tag, one, input, [read])) yield { urn: one.urn, found: `it names machines by ${read()}, a tag that is not of this stack` };
      }
    });
  },
};
