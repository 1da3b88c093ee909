import { type Fault, validate } from "../../config";
import { secrets } from "../../config/secrets";

export const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
export const key = "not-a-real-key-".repeat(4);

/** The minimal configuration of a stack that is not throwaway. */
export const least: Record<string, string> = {
  domain: "api.ringo.dev",
  sshAllowedCidrs: '["185.12.64.7/32"]',
  image: `registry.ringo.dev/backend@${digest}`,
  acme: '{"email":"operations@ringo.dev"}',
  djangoSecretKey: key,
  backupPassphrase: `passphrase-${key}`,
};

/** The keys that are stored as secrets. */
export const stored = (raw: object): Set<string> => new Set(Object.keys(raw).filter((name) => Object.hasOwn(secrets.shape, name)));

/** Faults of the minimal configuration after these changes; `undefined` removes a key. */
export function faultsOf(changes: Record<string, string | undefined>, secretKeys?: Set<string>): Fault[] {
  const raw = Object.fromEntries(Object.entries({ ...least, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const verdict = validate(raw, secretKeys ?? stored(raw), "staging");
  return verdict.valid ? [] : verdict.faults;
}
