import * as z from "zod";
import { type Fix, unreplaced } from "./formats";
import { longestVariable } from "../machine/backend/django";

/** Variables that the program sets itself, each with the key to set instead, or why there is none. */
export const reservedVariables: Record<string, string> = {
  DJANGO_SETTINGS_MODULE: "the stack always runs the production settings",
  DJANGO_SECRET_KEY: "set djangoSecretKey",
  DJANGO_SECRET_KEY_FALLBACKS: "set djangoSecretKeyFallbacks",
  DJANGO_ALLOWED_HOSTS: "set allowedHosts",
  DJANGO_DEBUG: "debugging stays off",
  DEBUG: "debugging stays off",
  CORS_ALLOWED_ORIGINS: "set corsAllowedOrigins",
  CSRF_TRUSTED_ORIGINS: "set csrfTrustedOrigins",
  POSTGRES_HOST: "the program knows it",
  POSTGRES_PORT: "the program knows it",
  POSTGRES_DB: "set databaseName",
  POSTGRES_USER: "set databaseUser",
  POSTGRES_PASSWORD: "the program makes it",
  CELERY_BROKER_URL: "the program makes it",
  CELERY_RESULT_BACKEND: "the program makes it",
  CELERY_WORKER_CONCURRENCY: "set concurrency",
  CELERY_WORKER_MAX_TASKS_PER_CHILD: "set maxTasksPerChild",
  CELERY_WORKER_AUTOSCALER: "set autoscaler.enabled",
  CELERY_WORKER_AUTOSCALER_MIN: "set autoscaler.min",
  CELERY_WORKER_AUTOSCALER_MAX: "set autoscaler.max",
  AWS_S3_ENDPOINT_URL: "set mediaStorage.endpoint",
  AWS_S3_REGION_NAME: "set mediaStorage.region",
  AWS_BUCKET: "set mediaStorage.bucket",
  AWS_ACCESS_KEY_ID: "set mediaAccessKeyId",
  AWS_SECRET_ACCESS_KEY: "set mediaSecretAccessKey",
  SENTRY_DSN: "set sentryDsn",
  SENTRY_ENVIRONMENT: "set environment",
  SENTRY_RELEASE: "it is the image's last name and digest",
  ADMIN_ALLOWED_IPS: "set adminAllowedCidrs; the backend answers 500 on /admin/ when the variable is set",
  HOME: "the container's home is /tmp",
  PATH: "it is the image's own",
};

export const variablesAllowed = "names of capitals, digits and `_` that the program does not set itself; values on one line, shorter than 64 KiB";

/** By its name, or as a URL with a password in it. Whatever is held to be one may as well be in `environmentSecrets`. */
const isSecret = (name: string, value: string): boolean => !/^(|0|1|true|false|yes|no|on|off)$/i.test(value)
  && (/(^|_)(PASSWORD|PASSPHRASE|SECRET|TOKEN|DSN|CREDENTIALS|(ACCESS|API|ENCRYPTION|PRIVATE|SECRET|SERVER|SIGNING)_KEY)$/.test(name) || /:\/\/[^/\s:@]*:[^/\s@]+@/.test(value));

/** Variables that are no secret. */
export const plainVariables = () => variableMap((name, value) => (isSecret(name, value)
  ? { message: "is a secret in plain text: create a new one, since this one is no longer secret", params: { secret: ["environmentSecrets", name] } } : undefined));

/** Variables that are. */
export const secretVariables = () => variableMap((_name, value) => {
  const fault = unreplaced(value);
  return fault === undefined ? undefined : { message: fault, params: {} };
});

/**
 * A map from variables' names to values. `pulumi config set --path` makes numbers and booleans of what looks like one:
 * they are turned back into the text that was typed. Where that cannot be, validation says so (`changedByYaml`).
 */
const variableMap = (judge: (name: string, value: string) => { message: string; params: Fix } | undefined) => z.record(z.string(), z.preprocess(
  (value) => (typeof value === "number" || typeof value === "boolean" ? String(value) : value),
  z.string("is not text"),
)).superRefine((variables, context) => {
  for (const [name, value] of Object.entries(variables)) {
    const fault = variableFault(name, value);
    const finding = fault === undefined ? judge(name, value) : { message: fault, params: { remedy: "remove" } satisfies Fix };
    if (finding !== undefined) context.addIssue({ code: "custom", path: [name], ...finding });
  }
});

function variableFault(name: string, value: string): string | undefined {
  if (Object.hasOwn(reservedVariables, name)) return `is set by the program: ${reservedVariables[name]}`;
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) return "is not a variable's name";
  if (/[\r\n\0]/.test(value)) return "has more than one line, which an environment file cannot hold";
  if (Buffer.byteLength(`${name}=${value}`) > longestVariable) return "is longer than 64 KiB, which Docker does not read";
  return undefined;
}
