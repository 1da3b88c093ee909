import type { Rule } from "../rule";
import { few } from "../unknown";
import { tooMany } from "./addresses";
import { allPorts, isWeb, portsText, type Ports } from "./ports";

interface Opening {
  protocol: string;
  ports: Ports;
  from: string[];
}

const opening = (protocol: string, from: number | undefined, to: number | undefined, addresses: unknown[]): Opening => ({
  protocol,
  ports: protocol === "-1" || protocol === "all" || from === undefined || from < 0 ? allPorts : { first: from, last: to ?? from },
  from: addresses.filter((text) => typeof text === "string"),
});

const inline = ({ ingress }: any): Opening[] => (ingress ?? []).map((rule: any) =>
  opening(rule.protocol, rule.fromPort, rule.toPort, [...(rule.cidrBlocks ?? []), ...(rule.ipv6CidrBlocks ?? [])]));

/** What each type lets in. */
const openings: Record<string, (inputs: any) => Opening[]> = {
  "aws:ec2/securityGroup:SecurityGroup": inline,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": inline,
  "aws:ec2/securityGroupRule:SecurityGroupRule": (rule) => (rule.type === "egress" ? []
    : [opening(rule.protocol, rule.fromPort, rule.toPort, [...(rule.cidrBlocks ?? []), ...(rule.ipv6CidrBlocks ?? [])])]),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (rule) =>
    [opening(rule.ipProtocol, rule.fromPort, rule.toPort, [rule.cidrIpv4, rule.cidrIpv6])],
};

/** For ICMP, "ports" begin with the type. That a packet is too big for a link is told by type 3, by type 2 of IPv6: without it connections hang. */
const tooBig: Record<string, number> = { icmp: 3, icmpv6: 2 };

const isHarmless = ({ protocol, ports }: Opening): boolean => (protocol in tooBig ? ports.first === tooBig[protocol] : protocol === "tcp" && isWeb(ports));

function openingText({ protocol, ports }: Opening): string {
  if (protocol in tooBig) return `${protocol}, ${ports === allPorts ? "every type" : `type ${ports.first}`}`;
  return `${protocol === "-1" ? "every protocol" : protocol}, ${portsText(ports)}`;
}

export const securityGroup: Rule = {
  name: "security-group-inbound-world",
  types: Object.keys(openings),
  chapter: "Network",
  severity: "critical",
  demands: "An AWS security group admits the internet on 80 and 443 at most, and its ICMP messages about oversized packets; SSH from public ranges no wider than /16 (IPv4) or /32 (IPv6), everything else no wider than /24 or /48.",
  wrong: "A security group admits the internet where only named machines or people should connect.",
  fix: "name the ranges or groups that need access (cidrIpv4, referencedSecurityGroupId).",
  answers: ["CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_277", "AWS-0107", "CIS 5.2", "CIS 5.3"],
  *check(inputs, { type }) {
    for (const opened of openings[type](inputs)) {
      const open = isHarmless(opened) ? [] : tooMany(opened.protocol, opened.ports, opened.from);
      if (open.length > 0) yield `${openingText(opened)}, is open to ${few(open)}`;
    }
  },
};
