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
    description: "The application's image. A release is a new digest here and `pulumi up`.",
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
    description: "Host names that Django answers to, beside `domain`, which is always one of them.",
    allowed: "host names; no `*`",
    example: "api2.<your domain>",
  }),
  corsAllowedOrigins: key(origins(), {
    description: "Origins of the web pages that may call the API from a browser.",
    allowed: "https origins: scheme, host, port if it is not 443, no path",
    example: "https://app.<your domain>",
  }),
  csrfTrustedOrigins: key(origins(), {
    description: "Origins that forms may be posted from, beside the API's own, which is always one of them.",
    allowed: "https origins: scheme, host, port if it is not 443, no path",
    example: "https://app.<your domain>",
  }),
  environmentVariables: key(plainVariables().default({}), {
    description: "Further environment variables for the application. What is secret goes into `environmentSecrets`, and is refused here where its name or value says so.",
    allowed: variablesAllowed,
    entry: "LOG_LEVEL",
    example: "info",
    concealed: true,
  }),
  sentry: group(z.object({
    organization: key(pattern(slug, "is not a Sentry slug"), {
      description: "Sentry's name of the organization, as in the address of its pages.",
      allowed: slugAllowed,
      example: "<organization>",
    }),
    project: key(pattern(slug, "is not a Sentry slug"), {
      description: "Its name of the backend's project.",
      allowed: slugAllowed,
      example: "<project>",
    }),
    url: key(text(httpsUrlFault).default("https://sentry.io"), {
      description: "Where Sentry is: its region's address if the organization is in one, or your own Sentry's.",
      allowed: "an https URL",
      example: "https://de.sentry.io",
    }),
  }).optional(), {
    description: "Tell Sentry of each roll-out: the release when it begins, the deploy when it is in place. With it goes the secret "
      + "`sentryAuthToken`. Where the application reports its errors is `sentryDsn`. See [monitoring](monitoring.md#sentry).",
  }),
  mediaStorage: group(z.object({
    endpoint: key(text(httpsUrlFault), {
      description: "Endpoint of the S3 that presigned uploads go to, without the bucket.",
      allowed: "an https URL",
      example: "https://fra1.digitaloceanspaces.com",
    }),
    region: key(pattern(/^[a-z0-9-]{2,32}$/, "is not a region's name"), {
      description: "Its region.",
      allowed: "2 to 32 of a–z, 0–9 and -",
      example: "fra1",
    }),
    bucket: key(pattern(/^(?=.{3,63}$)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, "is not a bucket's name"), {
      description: "Its bucket.",
      allowed: "3 to 63 of a–z, 0–9, `.` and -, a letter or digit at both ends and on both sides of each `.`; no address",
      example: "<bucket>",
    }),
  }).optional(), {
    description: "Object storage for presigned uploads. Leave it out if the application has none. "
      + "With it go the secrets `mediaAccessKeyId` and `mediaSecretAccessKey`.",
  }),
});
