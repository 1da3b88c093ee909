/**
 * What a stand-in provider is made of: one `ResourceModel` a resource type, held against the official provider's own
 * schema facts in `schemas/`. The generic part (`server.ts`) checks inputs against the schema, computes diffs and
 * replacements from it, marks secrets and plans previews; a model adds only what a schema cannot say.
 */

/** Plain values; a value not known at preview is `UNKNOWN`. */
export type Properties = Record<string, any>;

/** Stands for a value that is not known before the update. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A refused input: which property, and what is wrong, allowed and to do. */
export interface Fault {
  property: string;
  reason: string;
}

export interface ResourceModel {
  /** Fills in what the official provider fills in (defaults, automatic names). Gets and gives plain inputs, which may hold UNKNOWN. */
  normalize?(inputs: Properties, olds: Properties | undefined, urn: string): Properties;
  /** Refuses what the schema cannot express. Skip values that are UNKNOWN. */
  check?(inputs: Properties): Fault[];
  /**
   * The inputs with what the official provider takes in the place of those not given, where it does so only when it plans:
   * to spell such a default out is no change, and a preview shows it.
   */
  effective?(inputs: Properties): Properties;
  /** Outputs that are known before create or update, beside the inputs. All other computed outputs are unknown at preview of a create; an update keeps old ones. */
  plan?(inputs: Properties, olds?: Properties): Properties;
  /** Properties whose change replaces, beside those of the schema (`willReplaceOnChanges`). */
  replaceOn?: string[];
  /** Inputs whose difference is no change (as the official provider's DiffSuppressFunc). */
  same?(property: string, olds: Properties, news: Properties): boolean;
  /** Outputs that call for a replacement though no input changed, such as those of a certificate that is due for renewal. */
  expired?(state: Properties, news: Properties): string[];
  /** Whether the official provider deletes such a resource before it creates the replacement. @default it creates first */
  deleteBeforeReplace?(news: Properties, urn: string): boolean;
  create(inputs: Properties, context: Context): Promise<{ id: string; outputs: Properties }>;
  /**
   * What exists now, or undefined when it is gone. `state` is empty on import. The id is given back only where it is not
   * the one asked for: a value is imported by itself, which then must not stand in the state in clear.
   */
  read(id: string, state: Properties): Promise<{ id?: string; inputs: Properties; outputs: Properties } | undefined>;
  /** Left out where the official resource has no update: every changed input then replaces. */
  update?(id: string, olds: Properties, news: Properties, context: Context): Promise<Properties>;
  delete(id: string, state: Properties, context: Context): Promise<void>;
}

/** What a model may use of the engine while it works. */
export interface Context {
  urn: string;
  /** A line for the person watching; `ephemeral` ones are progress only. Never a secret. */
  log(message: string, options?: { ephemeral?: boolean; severity?: "info" | "warning" | "error" }): void;
  /** Aborted when the engine cancels (Ctrl-C). */
  signal: AbortSignal;
  /** How long it may take, where the program says so (`customTimeouts`); so far only a delete is told. */
  timeoutSeconds?: number;
}

/** One provider: the package's name, the version its SDK asks for, its schema facts and a model a type. */
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
    /** Outputs that are always there after create. */
    alwaysSet: string[];
  }>;
}
