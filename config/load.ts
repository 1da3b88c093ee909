import * as pulumi from "@pulumi/pulumi";
import { check, type Given } from "./check";
import { alertPortsOf, derive, type Settings } from "./derive";
import { type Fault, renderFaults } from "./fault";
import { secrets as secretSchema, type SecretValues } from "./secrets";

/** Secrets as the program handles them: whatever derives from one stays secret. Names in `environmentSecrets` are plain. */
export type Secrets = {
  [K in keyof SecretValues]: SecretValues[K] extends Record<string, string> ? Record<string, pulumi.Output<string>>
    : undefined extends SecretValues[K] ? pulumi.Output<string> | undefined
      : pulumi.Output<string>;
};

/** A stack's whole configuration: plain data, and secrets that stay secret. */
export type StackConfig = Settings & {
  /** Name of the Pulumi stack. */
  stack: string;
  /** TCP ports that alerts leave by. */
  alertPorts: number[];
  secrets: Secrets;
};

/** Everything that is wrong with a stack's configuration. Pulumi prints its message without a stack trace. */
export class ConfigError extends pulumi.RunError {
  constructor(stack: string, readonly faults: readonly Fault[]) {
    super(renderFaults(stack, faults));
  }
}

/** Not in the SDK's types, though the SDK itself asks it. */
const isConfigSecret = (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret;

/**
 * Reads and checks every key of the project, before the first resource.
 * @param directory where the stacks' files are; the project's own if left out
 * @throws ConfigError with all faults at once
 */
export function loadConfig(directory?: string): StackConfig {
  const given = Object.entries(pulumi.runtime.allConfig()).map(([name, value]) => [name, { value: value as string, secret: isConfigSecret(name) }]);
  const stack = pulumi.getStack();
  const verdict = check(pulumi.getProject(), stack, Object.fromEntries(given) as Given, directory);
  if (!verdict.valid) throw new ConfigError(stack, verdict.faults);

  const isSecret = (name: string) => Object.hasOwn(secretSchema.shape, name);
  const values = Object.entries(verdict.values);
  const plain = Object.fromEntries(values.filter(([name]) => !isSecret(name))) as Parameters<typeof derive>[0];
  const secrets = Object.fromEntries(values.filter(([name]) => isSecret(name))) as SecretValues;
  const settings = derive(plain, stack);
  return { ...settings, stack, alertPorts: alertPortsOf(verdict.values), secrets: wrap(secrets) };
}

function wrap(values: SecretValues): Secrets {
  const wrapped = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([variable, secret]) => [variable, pulumi.secret(secret)]))
      : value === undefined ? undefined : pulumi.secret(value),
  ]);
  return Object.fromEntries(wrapped) as Secrets;
}
