import type { EnforcementLevel } from "@pulumi/policy";

/** Level by rule; `all` is every rule that is not named. A rule that neither names keeps its own. */
type Levels = Record<string, EnforcementLevel>;

/**
 * What a stack asks beyond the rules' own levels. `--policy-pack-config <file>`, in the same form, stands above this.
 */
const byStack: Record<string, Levels> = {
  production: {},
  staging: { "stateful-protected": "advisory", "backup-kept": "advisory", "waf-blocks": "advisory" },
  // Machines that live an afternoon, on one disk.
  local: { "droplet-backups": "disabled", "stateful-protected": "disabled", "backup-kept": "disabled", "waf-blocks": "advisory" },
};

export const levelsOf = (stack: string): Levels => byStack[stack] ?? {};
