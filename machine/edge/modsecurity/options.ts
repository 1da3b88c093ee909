import type { Exclusion } from "./exclusions";

/** How requests are inspected. */
export interface WafOptions {
  /** `block` refuses what the rules find, `detect` only writes it down. */
  mode: "block" | "detect";
  /** The Core Rule Set's paranoia level: how many rules, from those that hardly ever err (1) to all (4). */
  paranoiaLevel: number;
  /** Points at which a request is refused. A critical rule gives 5, an error 4, a warning 3, a notice 2. */
  threshold: number;
  /** The largest request body. */
  bodyMiB: number;
  /** The largest body without its files: JSON, forms. */
  fieldsKiB: number;
  /** What this stack's operators have found to be harmless, beside the application's own exclusions. */
  exclusions: Exclusion[];
}
