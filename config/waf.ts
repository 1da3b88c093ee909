import * as z from "zod";
import { group, key } from "./doc";
import { list, oneOf, text, whole, type Judge } from "./formats";
import { exclusionOf, looksForAttacks, rulesThatLook } from "../machine/edge/modsecurity/exclusions";
import { highestThreshold } from "../machine/edge/modsecurity/setup";

const modes = ["block", "detect", "off"] as const;
const exclusion = /^\d{5,6}(?:,\d{5,6})* \/[A-Za-z0-9._~/-]*(?: (?:ARGS|ARGS_NAMES|FILES|FILES_NAMES|REQUEST_BODY|REQUEST_COOKIES|REQUEST_COOKIES_NAMES|REQUEST_HEADERS)(?::[A-Za-z0-9._-]+)?)?$/;

const exclusionFault: Judge = (value) => {
  if (!exclusion.test(value)) return "is not an exclusion";
  const other = exclusionOf(value).rules.find((rule) => !looksForAttacks(rule));
  return other === undefined ? undefined : `has rule ${other}, which looks for no attack, but adds up, refuses or prepares: exclude what found the attack (\`ringo-waf\` names it), for its path and its field`;
};

/** How requests are inspected before they reach the application. */
export const waf = group(z.object({
  mode: key(oneOf(modes, "mode").default("block"), {
    description: "What to do with a request that looks like an attack: `block` answers 403, `detect` passes it on and logs it, `off` inspects nothing. "
      + "Use `detect` to try a higher `paranoiaLevel`; the policy `waf-blocks` refuses anything but `block` in production. See [the firewall's page](security/waf.md).",
    allowed: `one of ${modes.join(", ")}`,
    example: "block",
  }),
  paranoiaLevel: key(whole(1, 4).default(1), {
    description: "Paranoia level of the OWASP Core Rule Set: higher levels apply more rules. Level 1 passes this application's ordinary traffic; for a higher one, first find out with `detect` which exclusions it needs.",
    allowed: "a whole number from 1 to 4",
    example: "1",
  }),
  threshold: key(whole(3, highestThreshold).default(5), {
    description: "Anomaly score at which a request is refused. A match of a critical rule scores 5, of an error 4, of a warning 3, of a notice 2. Above 5 an attack that only one rule detects passes.",
    allowed: `a whole number from 3 to ${highestThreshold}`,
    example: "5",
  }),
  fieldsKiB: key(whole(16, 10_240).default(1024), {
    description: "Largest request body without its uploaded files (JSON and form fields), in KiB; above it nginx answers 413. With files, `edge.clientMaxBodyMiB` applies.",
    allowed: "a whole number from 16 to 10240",
    example: "1024",
  }),
  exclusions: key(list(text(exclusionFault)).default([]), {
    description: "Rules to switch off for a path or field, besides the built-in exclusions. Make each as narrow as possible.",
    allowed: `numbers of rules that look for attacks (${rulesThatLook}), a space, the beginning of a path, and, after another space, the one field in question; without it the rules are off for these paths`,
    example: "942100,10414 /api/v1/orders/ ARGS:json.comment",
  }),
}).prefault({}), {
  description: "The web application firewall: ModSecurity with the OWASP Core Rule Set.",
});
