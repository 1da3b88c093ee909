import { each, type Named, nameOnly } from "../named";
import type { Rule } from "../rule";
import { eachKnown } from "../unknown";
import { isVpc } from "./coverage";

const peering = "digitalocean:index/vpcPeering:VpcPeering";
const vpc: Named = { is: isVpc, id: ({ props }) => props.id };

export const vpcPeering: Rule = {
  name: "vpc-peering-own",
  of: [peering],
  chapter: "Network",
  severity: "high",
  demands: "A VPC is peered with VPCs of the same stack only.",
  wrong: "Everything in the other VPC is in this one too: rules for private addresses admit it, and no rule of this stack can identify it.",
  fix: "remove the peering: external traffic goes through the edge; if the other VPC belongs to this stack, create it in this program.",
  answers: [],
  *check(resources) {
    const own = resources.filter(isVpc);
    yield* eachKnown(resources.filter(({ type }) => type === peering), function* (joint) {
      if (!nameOnly(own, vpc, joint, "vpcIds", each(joint.props.vpcIds ?? []))) yield { urn: joint.urn, found: "it peers with a VPC that is not of this stack" };
    });
  },
};
