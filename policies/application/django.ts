import { command, stateOf } from "../machines/state";
import type { Rule } from "../rule";

/** What Django's libraries for settings take for yes. */
const on = /^\s*(1|t|true|y|yes|on|ok)\s*$/i;

function* faults(variables: Record<string, string>): Iterable<string> {
  if ([variables.DEBUG, variables.DJANGO_DEBUG].some((value) => on.test(value ?? ""))) yield "runs in debug mode";
  const hosts = (variables.DJANGO_ALLOWED_HOSTS ?? "").split(",").map((host) => host.trim());
  if (hosts.includes("")) yield "has no allowed hosts, or an empty one";
  if (hosts.some((host) => host.startsWith("*") || host.startsWith("."))) yield "answers to any host";
  for (const name of ["CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS"]) {
    const origins = (variables[name] ?? "").split(",").filter((origin) => origin !== "");
    if (origins.some((origin) => !/^https:\/\/[^*]+$/.test(origin))) yield `trusts an origin that is not HTTPS, or any (${name})`;
  }
  if (on.test(variables.CORS_ALLOW_ALL_ORIGINS ?? "")) yield "allows every page to call it (CORS_ALLOW_ALL_ORIGINS)";
}

export const django: Rule = {
  name: "django-settings",
  types: [command],
  chapter: "Application",
  severity: "high",
  demands: "Debug mode is off, allowed hosts are named, and only HTTPS origins are trusted.",
  wrong: "Error pages show settings and secrets, a forged Host header is accepted, or a page altered on the network can call the API.",
  fix: "set allowedHosts, corsAllowedOrigins and csrfTrustedOrigins; remove DEBUG.",
  answers: ["OWASP ASVS 14.3.2", "OWASP ASVS 14.5.3"],
  *check(inputs) {
    for (const { name, environment } of stateOf(inputs).containers) {
      if ("DJANGO_SETTINGS_MODULE" in environment) for (const fault of faults(environment)) yield `container ${name} ${fault}`;
    }
  },
};
