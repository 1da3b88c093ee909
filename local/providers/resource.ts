/**
 * The parts of a stand-in provider: one `ResourceModel` per resource type, with facts from the official provider's own
 * schema in `schemas/`. The generic part (`server.ts`) checks inputs against the schema, computes diffs and
 * replacements from it, marks secrets and plans previews; a model adds only what a schema cannot say.
 */

/** Plain values; one not known in a preview is `UNKNOWN`. */
export type Properties = Record<string, any>;

/** Stands for a value that is not known before the update. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A refused input: the property, and what is wrong, what is allowed and what to do. */
export interface Fault {
  property: string;
  reason: string;
}

export interface ResourceModel {
  /** Fills in what the official provider fills in (defaults, automatic names). Takes and returns plain inputs, which may contain UNKNOWN. */
  normalize?(inputs: Properties, olds: Properties | undefined, urn: string): Properties;
  /** Refuses what the schema cannot express. Skip values that are UNKNOWN. */
  check?(inputs: Properties): Fault[];
  /**
   * The inputs with defaults that the official provider fills in only when it plans:
   * spelling out such a default is no change, and a preview shows it.
   */
  effective?(inputs: Properties): Properties;
  /** Outputs that are known before create or update, beside the inputs. All other computed outputs are unknown in a create's preview; an update keeps old ones. */
  plan?(inputs: Properties, olds?: Properties): Properties;
  /** Properties whose change replaces the resource, beside those of the schema (`willReplaceOnChanges`). */
  replaceOn?: string[];
  /** Inputs whose difference is no change (like the official provider's DiffSuppressFunc). */
  same?(property: string, olds: Properties, news: Properties): boolean;
  /** Why the official provider already refuses a change when it plans it (like its CustomizeDiff), if it does. */
  refuses?(olds: Properties, news: Properties): string | undefined;
  /** Outputs that require a replacement although no input changed, such as those of a certificate that is due for renewal. */
  expired?(state: Properties, news: Properties): string[];
  /** Whether the official provider deletes such a resource before it creates the replacement. @default it creates first */
  deleteBeforeReplace?(news: Properties, urn: string): boolean;
  create(inputs: Properties, context: Context): Promise<{ id: string; outputs: Properties }>;
  /**
   * What exists now, or undefined if nothing does. `state` is empty on import. The id is returned only if it is not
   * the requested one: a secret value is imported by itself, and must then not be in the state as plain text.
   */
  read(id: string, state: Properties): Promise<{ id?: string; inputs: Properties; outputs: Properties } | undefined>;
  /** Omitted if the official resource has no update: every changed input then replaces. */
  update?(id: string, olds: Properties, news: Properties, context: Context): Promise<Properties>;
  delete(id: string, state: Properties, context: Context): Promise<void>;
}

/** What the engine offers a model at work. */
export interface Context {
  urn: string;
  /** Prints a line for the user; `ephemeral` ones only show progress. Never a secret. */
  log(message: string, options?: { ephemeral?: boolean; severity?: "info" | "warning" | "error" }): void;
  /** Aborted when the engine cancels (Ctrl-C). */
  signal: AbortSignal;
  /** How long it may take, if the program says so (`customTimeouts`); so far only for a delete. */
  timeoutSeconds?: number;
}

/** One provider: the package's name, the version that its SDK requires, its schema and a model per type. */
export interface ProviderModel {
  name: string;
  version: string;
  schema: ProviderSchema;
  resources: Record<string, ResourceModel>;
}

export interface PropertySpec {
  type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  items?: PropertySpec;
  additionalProperties?: PropertySpec;
  oneOf?: PropertySpec[];
  $ref?: string;
  secret?: boolean;
  deprecated?: boolean;
  default?: unknown;
  willReplaceOnChanges?: boolean;
  replaceOnChanges?: boolean;
}

export interface ProviderSchema {
  provider: string;
  version: string;
  config: Record<string, PropertySpec>;
  types: Record<string, { properties?: Record<string, PropertySpec>; required?: string[]; enum?: unknown[] }>;
  resources: Record<string, {
    inputs: Record<string, PropertySpec>;
    outputs: Record<string, PropertySpec>;
    requiredInputs: string[];
    /** Outputs that always exist after create. */
    alwaysSet: string[];
  }>;
}
