import { Properties, ProviderSchema, UNKNOWN } from "./resource";
import { withSecrets } from "./schema";
import { conceal } from "./wire";

type ResourceSchema = ProviderSchema["resources"][string];

/** Inputs that are outputs, too. */
const echoed = (inputs: Properties, schema: ResourceSchema): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => key in schema.outputs));

/** What a preview shows of a create: the inputs, what the model plans, and the rest of what is computed as UNKNOWN. */
export function plannedCreate(inputs: Properties, plan: Properties, schema: ResourceSchema): Properties {
  const computed = Object.keys(schema.outputs).filter((key) => !(key in schema.inputs) || schema.alwaysSet.includes(key));
  return {
    ...Object.fromEntries(computed.map((key) => [key, UNKNOWN])),
    ...echoed(inputs, schema),
    ...plan,
  };
}

/** What a preview shows of an update: the old state with the new inputs and what the model plans. */
export function plannedUpdate(olds: Properties, inputs: Properties, plan: Properties, schema: ResourceSchema): Properties {
  return { ...kept(olds, schema), ...echoed(inputs, schema), ...plan };
}

/** The old state without the inputs that are gone: those the provider computes when they are not given stay. */
const kept = (olds: Properties, schema: ResourceSchema): Properties =>
  Object.fromEntries(Object.entries(olds).filter(([key]) => !(key in schema.inputs) || schema.alwaysSet.includes(key)));

/** A state's outputs, without what an official plugin that worked on it before notes for itself. */
export const own = (state: Properties, schema: ResourceSchema): Properties =>
  Object.fromEntries(Object.entries(state).filter(([key]) => key in schema.outputs));

/**
 * A resource's state after a create or update.
 * @throws when the model gives an output that the schema has not
 */
export function finished(inputs: Properties, outputs: Properties, schema: ResourceSchema, type: string): Properties {
  const stray = Object.keys(outputs).filter((key) => !(key in schema.outputs));
  if (stray.length > 0) throw new Error(`the stand-in of ${type} gives outputs that its schema has not: ${stray.join(", ")}`);
  return { ...echoed(inputs, schema), ...outputs };
}

/** Marks what the schema says is secret, and what is secret in `marked` (inputs or an earlier state). */
export function marked(outputs: Properties, schema: ProviderSchema, type: string, ...by: Properties[]): Properties {
  return by.reduce(conceal, withSecrets(outputs, schema.resources[type]!.outputs, schema.types));
}
