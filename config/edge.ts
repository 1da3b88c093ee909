import * as z from "zod";
import { group, key } from "./doc";
import { certificateFault, httpsUrlFault, list, resizing, sizeWith, text, whole } from "./formats";
import { waf } from "./waf";

const year = 31_536_000;

/** What faces the internet. */
export const edge = z.object({
  edgeSize: key(sizeWith(1024).default("s-1vcpu-2gb"), {
    description: `Size of the machine with nginx, the certificate and the bastion. ${resizing("the machine")}`,
    allowed: "a DigitalOcean size with at least 1024 MiB",
    example: "s-1vcpu-2gb",
  }),
  edge: group(z.object({
    clientMaxBodyMiB: key(whole(1, 1024).default(50), {
      description: "Largest request body, in MiB; above it nginx answers 413.",
      allowed: "a whole number from 1 to 1024",
      example: "50",
    }),
    hstsSeconds: key(whole(year, 2 * year).default(year), {
      description: "How long browsers must insist on HTTPS (`Strict-Transport-Security`), in seconds.",
      allowed: `a whole number from ${year} (a year) to ${2 * year}`,
      example: String(year),
    }),
    rateLimits: group(z.object({
      apiPerSecond: key(whole(1, 10_000).default(10), {
        description: "Requests per second and client address; above this rate and the burst nginx answers 429.",
        allowed: "a whole number from 1 to 10000",
        example: "10",
      }),
      apiBurst: key(whole(0, 10_000).default(20), {
        description: "Requests above the rate that are still served without delay.",
        allowed: "a whole number from 0 to 10000",
        example: "20",
      }),
      loginPerMinute: key(whole(1, 600).default(5), {
        description: "Log-in attempts per minute and client address.",
        allowed: "a whole number from 1 to 600",
        example: "5",
      }),
    }).prefault({}), {
      description: "Rate limits for each client address.",
    }),
    waf,
  }).prefault({}), {
    description: "nginx's limits and the web application firewall.",
  }),
  acme: group(z.object({
    server: key(text(httpsUrlFault).default("https://acme-v02.api.letsencrypt.org/directory"), {
      description: "Directory of the ACME server that issues the certificate. "
        + "For rehearsals take Let's Encrypt's staging server, https://acme-staging-v02.api.letsencrypt.org/directory.",
      allowed: "an https URL",
      example: "https://acme-v02.api.letsencrypt.org/directory",
    }),
    email: key(z.email("is not an e-mail address"), {
      description: "Address to which the certificate authority writes about problems. Not a secret.",
      allowed: "an e-mail address",
      example: "operations@<your domain>",
    }),
    authorities: key(list(text(certificateFault)).default([]), {
      description: "Root certificates of the ACME server's authority, if they are not publicly trusted: your own authority's, or those of a staging server. "
        + "The monitor checks the chain against them.",
      allowed: "PEM certificates, one an element",
      example: "$(cat '<file>')",
      concealed: true,
    }),
  // An absent group is an empty one: what it lacks is named.
  }).prefault({} as { email: string }), {
    description: "The certificate authority.",
  }),
});
