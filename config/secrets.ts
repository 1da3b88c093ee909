import * as z from "zod";
import { key } from "./doc";
import { httpsUrlFault, type Judge, pattern, text, unreplaced, urlFault } from "./formats";
import { secretVariables, variablesAllowed } from "./variables";

/** Printable, and no comma: a retired key goes into a comma-separated list. */
const secretKey = /^[\x21-\x2b\x2d-\x7e]{50,}$/;
const token = (length: number) => text((value) =>
  (new RegExp(`^[\\x21-\\x7e]{${length},}$`).test(value) ? unreplaced(value) : "is too short, or has spaces in it"));

/** The SDK, and the backend with it, does not start with another: it wants a key, and a number at the end. */
const dsnFault: Judge = (value) => {
  if (!/\/\/[^@/:]+(:[^@/]*)?@/.test(value)) return "has no key in it";
  return httpsUrlFault(value.replace(/\/\/[^@/]*@/, "//")) ?? (/\/\d+$/.test(value) ? undefined : "does not end with a project's number");
};

/** What reaches people; one is enough. */
export const receivers = ["alertWebhookUrl", "alertSlackUrl", "alertTelegramToken", "alertEmailPassword"] as const;

/** Kept encrypted in the stack's file; never in logs, outputs, diffs or on a command line. */
export const secrets = z.object({
  djangoSecretKey: key(text((value) => {
    if (value.startsWith("django-insecure-")) return "is a key made for development";
    if (!secretKey.test(value)) return "is shorter than 50 characters, or has spaces or commas in it";
    return new Set(value).size < 5 ? "repeats itself" : unreplaced(value);
  }), {
    description: "Django's signing key: sessions, tokens, password resets. Today's backend reads no fallback keys, so a change logs everyone out.",
    allowed: "50 characters or more, without spaces and commas; not backupPassphrase again",
    secret: true,
    generate: "openssl rand -base64 48",
  }),
  djangoSecretKeyFallbacks: key(text((value) =>
    value.split(",").every((part) => secretKey.test(part)) ? undefined : "holds something that is not a key").optional(), {
    description: "Former signing keys that are still accepted, for a backend that reads `DJANGO_SECRET_KEY_FALLBACKS`.",
    allowed: "keys as djangoSecretKey takes them, comma-separated",
    secret: true,
  }),
  sentryDsn: key(text(dsnFault).optional(), {
    description: "Sentry DSN for the application's errors, for a backend that initialises Sentry's SDK.",
    allowed: "a DSN: https://<key>@<host>/<project>, the project by its number",
    secret: true,
  }),
  sentryAuthToken: key(token(16).optional(), {
    description: "Token with which roll-outs are reported to `sentry`: an organization's token, or an internal integration's with the right to "
      + "releases (`org:ci` or `project:releases`) and no other.",
    allowed: "text without spaces, 16 characters or more",
    secret: true,
  }),
  // No more is demanded than ever was: a stack that has backups under its passphrase could not meet it.
  backupPassphrase: key(pattern(/^[\x21-\x7e]{32,}$/, "is too short, or has spaces in it"), {
    description: "Encrypts backups before they leave the machine. Without it no backup can be restored: keep a copy outside the stack's file. "
      + "It cannot be changed for backups that exist.",
    allowed: "32 characters or more, without spaces",
    secret: true,
    generate: "openssl rand -base64 48",
  }),
  registryToken: key(token(1).optional(), {
    description: "Token for `registry.username`, with the right to pull only.",
    allowed: "text without spaces",
    secret: true,
  }),
  mediaAccessKeyId: key(token(3).optional(), {
    description: "Access key of `mediaStorage`.",
    allowed: "text without spaces, 3 characters or more",
    secret: true,
  }),
  mediaSecretAccessKey: key(token(8).optional(), {
    description: "Secret key of `mediaStorage`.",
    allowed: "text without spaces, 8 characters or more",
    secret: true,
  }),
  alertWebhookUrl: key(text(urlFault).optional(), {
    description: "URL to which alerts are posted as JSON (Alertmanager's webhook).",
    allowed: "an https URL",
    secret: true,
  }),
  alertSlackUrl: key(text(urlFault).optional(), {
    description: "Incoming webhook of the Slack channel that alerts go to.",
    allowed: "an https URL",
    secret: true,
  }),
  alertTelegramToken: key(pattern(/^\d+:[A-Za-z0-9_-]{30,}$/, "is not a bot's token").optional(), {
    description: "Token of the Telegram bot that sends alerts to `alerts.telegramChatId`.",
    allowed: "a bot's token: <number>:<letters and digits>",
    secret: true,
  }),
  alertEmailPassword: key(token(1).optional(), {
    description: "Password of `alerts.email.username` at the mail server.",
    allowed: "text without spaces",
    secret: true,
  }),
  grafanaOauthSecret: key(token(8).optional(), {
    description: "Grafana's client secret at the provider of `grafana.oauth`.",
    allowed: "text without spaces, 8 characters or more",
    secret: true,
  }),
  deadMansSwitchUrl: key(text(urlFault).optional(), {
    description: "URL to which the monitor posts every `alerts.heartbeatSeconds`: a service outside this account that raises an alarm "
      + "when it does not.",
    allowed: "an https URL",
    secret: true,
  }),
  environmentSecrets: key(secretVariables().default({}), {
    description: "Further environment variables for the application whose values are secret.",
    allowed: variablesAllowed,
    entry: "EMAIL_HOST_PASSWORD",
    secret: true,
  }),
});

/** Secrets in plain text, as they come out of validation. */
export type SecretValues = z.output<typeof secrets>;
