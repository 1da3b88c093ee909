import type { FirewallArgs } from "@pulumi/digitalocean/firewall";
import type { Unwrap } from "@pulumi/pulumi";
import { ruleFor, type Rule } from "../rule";
import { few } from "../unknown";
import { isPrivate, isWorld, people, tooMany, widerThan } from "./addresses";
import { includes, isWeb, portsOf, portsText, type Ports } from "./ports";

type Firewall = Unwrap<FirewallArgs>;
export const firewall = "digitalocean:index/firewall:Firewall";

/** What any machine may need of the internet, whoever serves it: names, packages, time, APIs. */
const isService = ({ first, last }: Ports): boolean => first === last && [53, 80, 123, 443].includes(first);

/** The tag of the edge's role (components/naming.ts). */
export const isEdgeTag = (tag: string): boolean => /^role:.+-edge$/.test(tag);

/** Selects the edge and no other machine. */
export const isEdge = ({ tags, dropletIds }: Firewall): boolean => (dropletIds ?? []).length === 0 && (tags ?? []).length > 0 && tags!.every(isEdgeTag);

/** What rules let pass: one may also refuse. */
export const allowed = <R extends { action?: string }>(rules: R[] | undefined): R[] => (rules ?? []).filter(({ action }) => action !== "deny");

export const firewallRules: Rule[] = [
  ruleFor<FirewallArgs>(firewall, {
    name: "firewall-inbound-world",
    chapter: "Network",
    severity: "critical",
    demands: "From the internet, only ports 80 and 443 of the edge are open. Every other port is open to machines only, or to public ranges no wider than /24 (IPv4) or /48 (IPv6).",
    wrong: "A cloud firewall admits the internet where only named machines or people should connect.",
    fix: "list the tags or addresses that need access (sourceTags, sourceAddresses), and replace a wide range by the addresses in use; public traffic goes through the edge's ports 80 and 443.",
    answers: ["CKV_DIO_4", "DIG-0001", "droplet-droplets-all-ports-exposed", "networking-firewalls-public-ports", "networking-firewalls-quad-zero"],
    *check(inputs) {
      for (const rule of allowed(inputs.inboundRules)) {
        const ports = portsOf(rule.portRange);
        const what = `${rule.protocol} ${rule.protocol === "icmp" ? "" : portsText(ports)}`.trim();
        const sources = [rule.sourceAddresses, rule.sourceTags, rule.sourceDropletIds, rule.sourceLoadBalancerUids, rule.sourceKubernetesIds];
        if (sources.every((list) => (list ?? []).length === 0)) yield `${what} names no source`;
        const web = rule.protocol === "tcp" && isWeb(ports);
        const open = web && isEdge(inputs) ? [] : tooMany(rule.protocol, ports, rule.sourceAddresses ?? []);
        if (open.length > 0) yield `${what} is open to ${few(open)}${web ? " on machines that are not the edge alone" : ""}`;
      }
    },
  }),
  ruleFor<FirewallArgs>(firewall, {
    name: "firewall-ssh",
    chapter: "Network",
    severity: "critical",
    demands: "SSH is open on the bastion only, to named ranges no wider than /16 (IPv4) or /32 (IPv6).",
    wrong: "SSH is open to more of the internet than the operators' addresses, or on a machine that is not the bastion.",
    fix: "name the operators' ranges in sshAllowedCidrs; reach other machines through the bastion.",
    answers: ["CKV_DIO_4", "DIG-0001", "droplet-droplets-port-22-exposed", "CIS 5.2"],
    *check(inputs) {
      const ssh = allowed(inputs.inboundRules).filter(({ protocol, portRange }) => !/^(udp|icmp)$/.test(protocol) && includes(portsOf(portRange), 22));
      const addresses = ssh.flatMap(({ sourceAddresses }) => sourceAddresses ?? []).filter((text) => !isPrivate(text));
      const wide = widerThan(people, addresses);
      if (wide.length === 0 && isWorld(addresses)) yield "SSH is open to a large part of the internet, in pieces";
      for (const text of wide) yield `SSH is open to ${text}, which is too wide`;
      if (!isEdge(inputs)) for (const text of addresses.filter((each) => !wide.includes(each))) yield `SSH is open to ${text} on machines that are not the bastion`;
    },
  }),
  ruleFor<FirewallArgs>(firewall, {
    name: "firewall-outbound-named",
    chapter: "Network",
    severity: "low",
    level: "advisory",
    demands: "Outgoing connections are allowed to named destinations only.",
    wrong: "A compromised machine can send anything anywhere.",
    fix: "name the destinations; to the internet, open only the ports that a machine needs: 53, 80, 123, 443.",
    answers: ["DIG-0003"],
    *check(inputs) {
      for (const { protocol, portRange, destinationAddresses } of allowed(inputs.outboundRules)) {
        const ports = portsOf(portRange);
        if (protocol !== "icmp" && !isService(ports) && isWorld(destinationAddresses ?? [])) yield `${protocol} ${portsText(ports)} of the internet ${ports.first === ports.last ? "is" : "are"} open`;
      }
    },
  }),
];
