import * as z from "zod";
import { group, key } from "./doc";
import { hostNameFault, httpsUrlFault, imageFault, list, originFault, pattern, text } from "./formats";
import { plainVariables, variablesAllowed } from "./variables";

/** As Sentry makes them: never of digits alone, which would be an id. */
const slug = /^(?!\d+$)[a-z0-9][a-z0-9_-]{0,99}$/;
const slugAllowed = "1 to 100 of a–z, 0–9, - and _, not digits alone";

const origins = () => list(text(originFault)).default([]);

/** The image, and what it is told. */
export const application = z.object({
  image: key(text(imageFault), {
    description: "The application's image. To release, set a new digest and run `pulumi up`.",
    allowed: "repository@sha256:<64 hexadecimal digits>; a throwaway stack may name a tag instead",
    example: "ghcr.io/<owner>/backend@sha256:<digest>",
  }),
  registry: group(z.object({
    username: key(pattern(/^[^\s:"\\]{1,255}$/, "is not a user name"), {
      description: "User name at the registry that `image` names. Its token is the secret `registryToken`.",
      allowed: "a name without spaces, colons and quotes",
      example: "<user>",
    }),
  }).optional(), {
    description: "Log in to the registry of `image`. Leave it out for a public image.",
  }),
  allowedHosts: key(list(text(hostNameFault)).default([]), {
    description: "Further host names that Django accepts, besides `domain`.",
    allowed: "host names; no `*`",
    example: "api2.<your domain>",
  }),
  corsAllowedOrigins: key(origins(), {
    description: "Origins of the web pages that may call the API from a browser.",
    allowed: "https origins: scheme, host, port if it is not 443, no path",
    example: "https://app.<your domain>",
  }),
  csrfTrustedOrigins: key(origins(), {
    description: "Further origins that forms may be posted from, besides the API's own.",
    allowed: "https origins: scheme, host, port if it is not 443, no path",
    example: "https://app.<your domain>",
  }),
  environmentVariables: key(plainVariables().default({}), {
    description: "Further environment variables for the application. Put secrets into `environmentSecrets`: what looks like one is refused here.",
    allowed: variablesAllowed,
    entry: "LOG_LEVEL",
    example: "info",
    concealed: true,
  }),
  sentry: group(z.object({
    organization: key(pattern(slug, "is not a Sentry slug"), {
      description: "Slug of the organization, as in the URL of its pages at Sentry.",
      allowed: slugAllowed,
      example: "<organization>",
    }),
    project: key(pattern(slug, "is not a Sentry slug"), {
      description: "Slug of the backend's project.",
      allowed: slugAllowed,
      example: "<project>",
    }),
    url: key(text(httpsUrlFault).default("https://sentry.io"), {
      description: "URL of Sentry: sentry.io, a region's URL, or your own server.",
      allowed: "an https URL",
      example: "https://de.sentry.io",
    }),
  }).optional(), {
    description: "Report each roll-out to Sentry: the release when it begins, the deploy when it is complete. Needs the secret "
      + "`sentryAuthToken`. The application's own errors go to `sentryDsn`. See [monitoring](monitoring.md#sentry).",
  }),
  mediaStorage: group(z.object({
    endpoint: key(text(httpsUrlFault), {
      description: "S3 endpoint for presigned uploads, without the bucket.",
      allowed: "an https URL",
      example: "https://fra1.digitaloceanspaces.com",
    }),
    region: key(pattern(/^[a-z0-9-]{2,32}$/, "is not a region's name"), {
      description: "Region of the bucket.",
      allowed: "2 to 32 of a–z, 0–9 and -",
      example: "fra1",
    }),
    bucket: key(pattern(/^(?=.{3,63}$)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, "is not a bucket's name"), {
      description: "Name of the bucket.",
      allowed: "3 to 63 of a–z, 0–9, `.` and -, a letter or digit at both ends and on both sides of each `.`; no address",
      example: "<bucket>",
    }),
  }).optional(), {
    description: "Object storage for presigned uploads. Leave it out if the application has none. "
      + "Needs the secrets `mediaAccessKeyId` and `mediaSecretAccessKey`.",
  }),
});
