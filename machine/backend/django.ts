/** What every role of the backend has in common: the variables it reads and the container it runs in. */
import { unreserved } from "../content";
import { sharedMount, sharedUid } from "../data/media";
import type { Container } from "../state";

/** What the backend's variables are made of. */
export interface DjangoInputs {
  secretKey: string;
  /** Earlier keys, so that the backend still accepts what they signed. @default [] */
  secretKeyFallbacks?: string[];
  allowedHosts: string[];
  /** Origins with scheme. */
  csrfTrustedOrigins: string[];
  /** Origins with scheme. */
  corsAllowedOrigins: string[];
  postgres: { host: string; database: string; user: string; password: string };
  redis: { host: string; user: string; password: string };
  celery: CelerySettings;
  /** Object storage for presigned uploads. */
  objectStorage?: { endpointUrl: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string };
  sentry?: { dsn: string; environment: string; release: string };
  /** Further variables of the backend's own. */
  variables?: Record<string, string>;
  /** Further variables, with secret values. */
  secretVariables?: Record<string, string>;
}

/** How Celery's workers run. */
export interface CelerySettings {
  /** Worker processes when the autoscaler is off. */
  concurrency: number;
  /** Worker processes at least and at most; left out, the autoscaler is off. */
  autoscaler?: { min: number; max: number };
  maxTasksPerChild: number;
  queues: string[];
}

/** How long a line of an env file may be for Docker to read it, in bytes: a variable's name, `=` and its value. */
export const longestVariable = 64 * 1024 - 1;

/** A container's variables, and which of their values are secret. */
export interface DjangoEnvironment {
  variables: Record<string, string>;
  secrets: string[];
}

/** What runs where it says: the same image for every role. */
export interface Backend {
  /** By digest, or by a tag where the stack is throw-away. */
  image: string;
  environment: DjangoEnvironment;
}

/** The user of every container, and Debian's www-data: shared files belong to both. */
export const backendUser = `${sharedUid}:33`;

/** Writable by containers beside the media: noexec, and smaller than the machine's memory. */
export const temporary = "/tmp:rw,noexec,nosuid,nodev,size=512m";

/** Where the stack's media files are mounted on every machine that needs them. */
const mediaPath = `${sharedMount}/media`;

/**
 * The whole variable table of the backend.
 * @throws on values with which the backend would start and then fail: no secret key, characters that its DSN does not quote, a
 * variable that breaks it, a value that an environment file cannot hold, a variable set twice.
 */
export function djangoEnvironment(inputs: DjangoInputs): DjangoEnvironment {
  const { postgres, redis, celery, objectStorage, sentry } = inputs;
  refuseUnusable(inputs);
  const redisUrl = `redis://${redis.user}:${redis.password}@${redis.host}:6379/0`;
  const own: Record<string, string> = {
    DJANGO_SETTINGS_MODULE: "ringo_backend.settings.prod",
    DJANGO_SECRET_KEY: inputs.secretKey,
    DJANGO_ALLOWED_HOSTS: inputs.allowedHosts.join(","),
    CSRF_TRUSTED_ORIGINS: inputs.csrfTrustedOrigins.join(","),
    CORS_ALLOWED_ORIGINS: inputs.corsAllowedOrigins.join(","),
    POSTGRES_HOST: postgres.host,
    POSTGRES_PORT: "5432",
    POSTGRES_DB: postgres.database,
    POSTGRES_USER: postgres.user,
    POSTGRES_PASSWORD: postgres.password,
    CELERY_BROKER_URL: redisUrl,
    CELERY_RESULT_BACKEND: redisUrl,
    CELERY_WORKER_CONCURRENCY: String(celery.concurrency),
    CELERY_WORKER_MAX_TASKS_PER_CHILD: String(celery.maxTasksPerChild),
    CELERY_WORKER_AUTOSCALER: celery.autoscaler ? "true" : "false",
    // The root file system is read-only; /tmp is not.
    HOME: "/tmp",
  };
  if (inputs.secretKeyFallbacks?.length) own.DJANGO_SECRET_KEY_FALLBACKS = inputs.secretKeyFallbacks.join(",");
  if (celery.autoscaler) {
    own.CELERY_WORKER_AUTOSCALER_MIN = String(celery.autoscaler.min);
    own.CELERY_WORKER_AUTOSCALER_MAX = String(celery.autoscaler.max);
  }
  if (objectStorage) {
    own.AWS_S3_ENDPOINT_URL = objectStorage.endpointUrl;
    own.AWS_S3_REGION_NAME = objectStorage.region;
    own.AWS_BUCKET = objectStorage.bucket;
    own.AWS_ACCESS_KEY_ID = objectStorage.accessKeyId;
    own.AWS_SECRET_ACCESS_KEY = objectStorage.secretAccessKey;
  }
  if (sentry) {
    own.SENTRY_DSN = sentry.dsn;
    own.SENTRY_ENVIRONMENT = sentry.environment;
    own.SENTRY_RELEASE = sentry.release;
  }
  const { variables = {}, secretVariables = {} } = inputs;
  return {
    variables: checked(merge(own, variables, secretVariables)),
    secrets: [
      inputs.secretKey, ...(inputs.secretKeyFallbacks ?? []), postgres.password, redis.password,
      ...(objectStorage ? [objectStorage.accessKeyId, objectStorage.secretAccessKey] : []),
      ...(sentry ? [sentry.dsn] : []),
      ...Object.values(secretVariables),
    ].filter((secret) => secret !== ""),
  };
}

/** @throws on values with which the backend would start and then fail. */
function refuseUnusable({ secretKey, allowedHosts, csrfTrustedOrigins, corsAllowedOrigins, postgres, redis }: DjangoInputs): void {
  if (secretKey === "") throw new Error("the secret key is empty: the backend would generate a new one at every start");
  if (allowedHosts.length === 0) throw new Error("allowedHosts is empty: the backend would refuse to start");
  for (const origin of [...csrfTrustedOrigins, ...corsAllowedOrigins]) {
    if (!/^https?:\/\/[^/\s,]+$/.test(origin)) throw new Error(`"${origin}" is not an origin: a scheme and a host, no path`);
  }
  for (const [what, value] of [
    ["PostgreSQL's database", postgres.database], ["PostgreSQL's user", postgres.user], ["PostgreSQL's password", postgres.password],
    ["Redis's user", redis.user], ["Redis's password", redis.password],
  ]) {
    if (!unreserved.test(value)) throw new Error(`${what} may contain only A-Z a-z 0-9 . _ ~ -: the backend puts it into a URL as it is`);
  }
}

function merge(...tables: Record<string, string>[]): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const [name, value] of tables.flatMap((table) => Object.entries(table))) {
    if (name in merged) throw new Error(`variable ${name} is set twice: the backend's variables that the stack derives cannot be overridden`);
    merged[name] = value;
  }
  return merged;
}

/** Never names a value: any may be secret. */
function checked(variables: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(variables)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`"${name}" is not a variable's name`);
    if (/[\n\r\0]/.test(value)) throw new Error(`variable ${name} contains a line break, which an environment file cannot hold: encode it, e.g. in base64`);
    if (Buffer.byteLength(`${name}=${value}`) > longestVariable) throw new Error(`variable ${name} is longer than 64 KiB, which Docker does not read`);
  }
  if (variables.ADMIN_ALLOWED_IPS !== undefined) {
    throw new Error("variable ADMIN_ALLOWED_IPS must stay unset: the backend answers 500 on /admin/ with it; the edge filters by address");
  }
  return variables;
}

/** A container of the backend: what every role shares, and what this one adds. */
export function backendContainer(backend: Backend, role: Omit<Container, "image" | "environment"> & Partial<Pick<Container, "environment">>): Container {
  return {
    ...role,
    image: backend.image,
    environment: { ...backend.environment.variables, ...role.environment },
    user: backendUser,
    tmpfs: [temporary],
    volumes: [`${mediaPath}:/app/media`, ...role.volumes ?? []],
    // Its broker is there, too. Another address means another machine, to which the database itself has moved.
    boundTo: ["POSTGRES_HOST"],
  };
}
