import type { AppArgs } from "@pulumi/digitalocean/app";
import { ruleFor } from "../rule";

export const appInside = ruleFor<AppArgs>("digitalocean:index/app:App", {
  name: "app-inside",
  chapter: "Network",
  severity: "high",
  // A service may as well be a website of its own.
  level: "advisory",
  demands: "The internet reaches no service and no function of an app past the edge.",
  wrong: "App Platform gives a service a public name as a matter of course: requests come to it past the web application firewall, the rate limits and the log.",
  mend: "give a service internalPorts, and neither httpPort, routes nor a rule of the app's ingress, or make it a worker; run what the internet asks behind the edge.",
  answers: [],
  *check({ spec }) {
    const routed = (spec?.ingress?.rules ?? []).map(({ component }) => component?.name);
    for (const { name, httpPort, internalPorts, routes } of spec?.services ?? []) {
      if (httpPort !== undefined || (routes ?? []).length > 0 || routed.includes(name) || (internalPorts ?? []).length === 0) yield `service ${name} answers the internet past the edge`;
    }
    for (const { name } of spec?.functions ?? []) yield `function ${name} answers the internet past the edge`;
  },
});
