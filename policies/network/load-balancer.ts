import type { LoadBalancerArgs } from "@pulumi/digitalocean/loadBalancer";
import { ruleFor, type Rule } from "../rule";

const balancer = "digitalocean:index/loadBalancer:LoadBalancer";
const encrypted = ["https", "http2", "http3", "tls"];

export const loadBalancerRules: Rule[] = [
  ruleFor<LoadBalancerArgs>(balancer, {
    name: "load-balancer-https",
    chapter: "Network",
    severity: "high",
    demands: "A load balancer that the internet reaches speaks TLS, and sends HTTP on to HTTPS.",
    wrong: "Whoever comes by HTTP stays there, and the network between reads and changes what is said.",
    mend: "add a forwarding rule with entryProtocol https and set redirectHttpToHttps; TCP is passed on for a TLS server behind it on port 443 only.",
    answers: ["DIG-0002", "networking-load-balancer-ssl-redirect-disabled"],
    *check(inputs) {
      if (inputs.network === "INTERNAL") return;
      const rules = inputs.forwardingRules ?? [];
      const secure = rules.some(({ entryProtocol }) => encrypted.includes(entryProtocol));
      for (const { entryProtocol: protocol, entryPort, targetPort, tlsPassthrough } of rules) {
        if (protocol === "http" && !(secure && inputs.redirectHttpToHttps)) yield `port ${entryPort} is answered in plain HTTP`;
        else if (protocol !== "http" && !encrypted.includes(protocol) && entryPort !== 443) yield `port ${entryPort} is passed on as ${protocol}, encrypted or not`;
        else if ((tlsPassthrough || !(protocol === "http" || encrypted.includes(protocol))) && targetPort !== 443) yield `port ${entryPort} is passed on to port ${targetPort}, where something else than a website answers`;
      }
    },
  }),
  ruleFor<LoadBalancerArgs>(balancer, {
    name: "load-balancer-backends",
    chapter: "Network",
    severity: "low",
    level: "advisory",
    demands: "A load balancer has machines behind it, and keeps its connections to them open.",
    wrong: "A balancer without machines answers 503; without keep-alive each request costs a new connection.",
    mend: "set dropletTag (or dropletIds) and enableBackendKeepalive.",
    answers: ["networking-load-balancer-without-droplet", "networking-load-balancer-backend-keepalive-disabled"],
    *check(inputs) {
      if (!inputs.dropletTag && (inputs.dropletIds ?? []).length === 0 && (inputs.targetLoadBalancerIds ?? []).length === 0) yield "no machine is behind it";
      if (!inputs.enableBackendKeepalive) yield "enableBackendKeepalive is off";
    },
  }),
];
