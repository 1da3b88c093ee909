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
  demands: "A VPC is joined to VPCs of the same stack only.",
  wrong: "Who is in the other VPC is in this one: rules for private addresses let him in, and no rule of this stack knows who he is.",
  mend: "leave the peering out: what has to be reached from outside goes through the edge; a VPC that is really ours is made in this stack.",
  answers: [],
  *check(resources) {
    const own = resources.filter(isVpc);
    yield* eachKnown(resources.filter(({ type }) => type === peering), function* (joint) {
      if (!nameOnly(own, vpc, joint, "vpcIds", each(joint.props.vpcIds ?? []))) yield { urn: joint.urn, found: "it joins a VPC that is not of this stack" };
    });
  },
};
