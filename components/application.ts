import * as pulumi from "@pulumi/pulumi";
import { poolOf, type StackConfig } from "../config";
import type { RegistryCredentials } from "../machine/docker";
import { djangoEnvironment, type Backend } from "../machine/backend/django";
import { registryOf } from "../machine/image";
import { sentryRelease } from "../machine/sentry";
import type { DataFacts } from "./database";

/** The backend as every role runs it: one image, and one set of variables but for whom it is to Redis. */
export function backendOf(config: StackConfig, data: pulumi.Output<DataFacts>, toRedis: keyof DataFacts["redis"]): pulumi.Output<Backend> {
  const { secrets } = config;
  return pulumi.all([data, pulumi.output(secrets)]).apply(([{ postgres, redis }, secret]) => ({
    image: config.image,
    environment: djangoEnvironment({
      secretKey: secret.djangoSecretKey,
      secretKeyFallbacks: secret.djangoSecretKeyFallbacks?.split(","),
      allowedHosts: config.allowedHosts,
      csrfTrustedOrigins: config.csrfTrustedOrigins,
      corsAllowedOrigins: config.corsAllowedOrigins,
      postgres,
      redis: redis[toRedis],
      celery: celeryOf(config),
      objectStorage: config.mediaStorage && {
        endpointUrl: config.mediaStorage.endpoint,
        region: config.mediaStorage.region,
        bucket: config.mediaStorage.bucket,
        accessKeyId: secret.mediaAccessKeyId ?? "",
        secretAccessKey: secret.mediaSecretAccessKey ?? "",
      },
      sentry: secret.sentryDsn === undefined ? undefined
        : { dsn: secret.sentryDsn, environment: config.environment, release: sentryRelease(config.image) },
      variables: config.environmentVariables,
      secretVariables: secret.environmentSecrets,
    }),
  }));
}

/** Celery's bounds as the worker's command and the backend's variables need them. */
export function celeryOf(config: StackConfig) {
  const { autoscaler, concurrency, maxTasksPerChild, queues } = config;
  return {
    concurrency,
    autoscaler: autoscaler.enabled ? poolOf(config) : undefined,
    maxTasksPerChild,
    queues,
  };
}

/** What Docker logs in with, where one of these images is in the registry that the stack has a login for. */
export function registryLogin(config: StackConfig, ...images: string[]): pulumi.Output<RegistryCredentials | undefined> {
  const { registry, secrets: { registryToken } } = config;
  if (!registry || !registryToken || !images.map(registryOf).includes(registry.server)) return pulumi.output(undefined);
  return registryToken.apply((password) => ({ ...registry, password }));
}
