import type { types } from "@pulumi/digitalocean";
import type { LoadBalancerArgs } from "@pulumi/digitalocean/loadBalancer";
import type { PolicyResource } from "@pulumi/policy";
import type { Unwrap } from "@pulumi/pulumi";
import { each, type Named, nameOnly } from "../named";
import { ruleFor, type Rule } from "../rule";
import { eachKnown } from "../unknown";
import { allowed, firewall, isEdge, isEdgeTag } from "./firewall";
import { isWeb, portsOf, portsText } from "./ports";

const balancer = "digitalocean:index/loadBalancer:LoadBalancer";
const encrypted = ["https", "http2", "http3", "tls"];

const isInside = ({ type, props }: PolicyResource): boolean => type === balancer && props.network === "INTERNAL";
const byId: Named = { is: ({ type }) => type === balancer, id: ({ props }) => props.id };

export const loadBalancerRules: Rule[] = [
  ruleFor<LoadBalancerArgs>(balancer, {
    name: "load-balancer-https",
    chapter: "Network",
    severity: "high",
    demands: "A public load balancer serves TLS, and redirects HTTP to HTTPS.",
    wrong: "HTTP clients are never switched to HTTPS, so anyone on the network path can read and change their traffic.",
    fix: "add a forwarding rule with entryProtocol https and set redirectHttpToHttps; forward plain TCP only on port 443, to a server that speaks TLS.",
    answers: ["DIG-0002", "networking-load-balancer-ssl-redirect-disabled"],
    *check(inputs) {
      if (inputs.network === "INTERNAL") return;
      const rules = inputs.forwardingRules ?? [];
      if (inputs.glbSettings?.targetProtocol === "http") yield "it forwards plain HTTP from one region to another";
      const secure = rules.some(({ entryProtocol }) => encrypted.includes(entryProtocol));
      for (const { entryProtocol: protocol, entryPort, targetPort, tlsPassthrough } of rules) {
        if (protocol === "http" && !(secure && inputs.redirectHttpToHttps)) yield `port ${entryPort} accepts plain HTTP`;
        else if (protocol !== "http" && !encrypted.includes(protocol) && entryPort !== 443) yield `port ${entryPort} is forwarded as ${protocol}, encrypted or not`;
        else if ((tlsPassthrough || !(protocol === "http" || encrypted.includes(protocol))) && targetPort !== 443) yield `port ${entryPort} is forwarded to port ${targetPort}, not to 443`;
      }
    },
  }),
  {
    name: "load-balancer-edge",
    of: [balancer, firewall],
    chapter: "Network",
    severity: "critical",
    demands: "Only the edge is behind a public load balancer, and firewalls admit the balancer on the edge's ports 80 and 443 only.",
    wrong: "Through the balancer the internet reaches what firewalls would block: the API without the web application firewall, or the database.",
    fix: "set dropletTag to the edge's role tag; if only machines of the stack use the balancer, set network to INTERNAL.",
    answers: [],
    *check(resources) {
      const inside = resources.filter(isInside);
      yield* eachKnown(resources.filter(({ type }) => [balancer, firewall].includes(type)), function* (one) {
        const { type, urn, props } = one;
        if (type === balancer && !isInside(one)) {
          if ((props.dropletIds ?? []).length > 0) yield { urn, found: "the machines behind it are named by id, so they may not be the edge" };
          if (props.dropletTag && !isEdgeTag(props.dropletTag)) yield { urn, found: `behind it are machines that are not the edge: ${props.dropletTag}` };
        }
        if (type !== firewall) return;
        for (const { protocol, portRange, sourceLoadBalancerUids: uids } of allowed(props.inboundRules as Unwrap<types.input.FirewallInboundRule>[] | undefined)) {
          const ports = portsOf(portRange);
          if (protocol === "tcp" && isWeb(ports) && isEdge(props)) continue;
          if (!nameOnly(inside, byId, one, "inboundRules", each(uids ?? []))) yield { urn, found: `${protocol} ${portsText(ports)} is open to a load balancer that the internet may reach` };
        }
      });
    },
  },
  ruleFor<LoadBalancerArgs>(balancer, {
    name: "load-balancer-backends",
    chapter: "Network",
    severity: "low",
    level: "advisory",
    demands: "A load balancer has machines behind it, and keeps its connections to them open.",
    wrong: "A balancer without machines answers 503; without keep-alive each request costs a new connection.",
    fix: "set dropletTag (or dropletIds) and enableBackendKeepalive.",
    answers: ["networking-load-balancer-without-droplet", "networking-load-balancer-backend-keepalive-disabled"],
    *check(inputs) {
      if (!inputs.dropletTag && (inputs.dropletIds ?? []).length === 0 && (inputs.targetLoadBalancerIds ?? []).length === 0) yield "no machine is behind it";
      if (!inputs.enableBackendKeepalive) yield "enableBackendKeepalive is off";
    },
  }),
];
