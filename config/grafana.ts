import * as z from "zod";
import { group, key } from "./doc";
import { hostNameFault, httpsUrlFault, imageFault, list, pattern, text } from "./formats";

/** Where people look at the dashboards. */
export const grafana = z.object({
  grafana: group(z.object({
    image: key(text(imageFault).optional(), {
      description: "Image of Grafana, which shows the dashboards. It runs on the monitor, behind the edge. Without it there is no Grafana. "
        + "Needs `logs.image` and `grafana.domain`.",
      allowed: "repository@sha256:<64 hexadecimal digits>; a throwaway stack may name a tag instead",
      example: "docker.io/grafana/grafana:12.3.0@sha256:<digest>",
    }),
    domain: key(text(hostNameFault).optional(), {
      description: "Host name of Grafana. It is in the certificate beside `domain`, and only the networks of `adminAllowedCidrs` can open it.",
      allowed: "a host name, not `domain`; with `manageDns` in `dnsZone`",
      example: "grafana.<your domain>",
    }),
    oauth: group(z.object({
      name: key(pattern(/^[^\r\n;#]{1,60}$/, "is not a valid name"), {
        description: "Text of the log-in button.", allowed: "a text of 60 characters at most", example: "Keycloak",
      }),
      clientId: key(pattern(/^[^\s;#]{1,255}$/, "is not a client ID"), {
        description: "Grafana's client ID at the provider, which must allow it to redirect to `https://<grafana.domain>/login/generic_oauth`.",
        allowed: "text without spaces", example: "<client id>",
      }),
      authUrl: key(text(httpsUrlFault), { description: "URL of the provider's log-in page.", allowed: "an https URL", example: "https://id.<your domain>/authorize" }),
      tokenUrl: key(text(httpsUrlFault), { description: "URL where Grafana exchanges the code of a log-in for a token.", allowed: "an https URL", example: "https://id.<your domain>/token" }),
      apiUrl: key(text(httpsUrlFault), { description: "URL where Grafana asks who has logged in (OIDC's userinfo endpoint).", allowed: "an https URL", example: "https://id.<your domain>/userinfo" }),
      allowedDomains: key(list(text(hostNameFault)).min(1, "is empty: whoever the provider knows would get in"), {
        description: "Domains of the e-mail addresses that may log in.", allowed: "a list of host names, one at least", example: "<your domain>",
      }),
      rolePath: key(pattern(/^[^\r\n;#]{1,500}$/, "is not a JMESPath expression").optional(), {
        description: "JMESPath expression that maps the provider's user info to a role: Viewer, Editor or Admin. Without it everybody is a Viewer.",
        allowed: "one line, without ; and #", example: "contains(groups[*], 'operators') && 'Editor' || 'Viewer'",
      }),
    }).optional(), {
      description: "Log in with OpenID Connect, besides Grafana's own log-in. The client secret is `grafanaOauthSecret`.",
    }),
  }).prefault({}), {
    description: "Grafana, which shows the dashboards, with its own log-in.",
  }),
});
