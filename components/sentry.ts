import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config";
import { releaseBegins, releaseDeployed, sentryRelease, type SentryOptions } from "../machine/sentry";
import { combine } from "../machine/state";
import type { Host } from "./host";

/** Which Sentry is told of roll-outs, where one is. */
export function sentryOf({ sentry, environment, secrets: { sentryAuthToken } }: StackConfig): pulumi.Output<SentryOptions | undefined> {
  if (!sentry || !sentryAuthToken) return pulumi.output(undefined);
  return sentryAuthToken.apply((token) => ({ ...sentry, environment, token }));
}

/**
 * Has a machine tell Sentry that a roll-out begins, and that it is complete. Another image is another state of these two;
 * with the same image they stay as they are, and nobody is told. No machine's role waits for either.
 * @param after the roll-out: its last machines
 */
export function tellOfRollOut(teller: Host, { sentry, image }: StackConfig, after: pulumi.Resource[]): void {
  if (!sentry) return;
  const release = sentryRelease(image);
  const begun = teller.apply("release", combine(releaseBegins(release)));
  teller.apply("deploy", combine(releaseDeployed(release)), [begun, ...after]);
}
