import type { AppArgs } from "@pulumi/digitalocean/app";
import { ruleFor } from "../rule";

export const appInside = ruleFor<AppArgs>("digitalocean:index/app:App", {
  name: "app-inside",
  chapter: "Network",
  severity: "high",
  // A service may as well be a website of its own.
  level: "advisory",
  demands: "No service or function of an app is reachable from the internet without passing the edge.",
  wrong: "App Platform gives every service a public name by default: requests to it bypass the web application firewall, the rate limits and the log.",
  fix: "give the service internalPorts and no httpPort, routes or ingress rule, or make it a worker; run public services behind the edge.",
  answers: [],
  *check({ spec }) {
    const routed = (spec?.ingress?.rules ?? []).map(({ component }) => component?.name);
    for (const { name, httpPort, internalPorts, routes } of spec?.services ?? []) {
      if (httpPort !== undefined || (routes ?? []).length > 0 || routed.includes(name) || (internalPorts ?? []).length === 0) yield `service ${name} is reachable from the internet without passing the edge`;
    }
    for (const { name } of spec?.functions ?? []) yield `function ${name} is reachable from the internet without passing the edge`;
  },
});
