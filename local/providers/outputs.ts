import { Properties, ProviderSchema, UNKNOWN } from "./resource";
import { withSecrets } from "./schema";
import { conceal } from "./wire";

type ResourceSchema = ProviderSchema["resources"][string];

/** Inputs that are also outputs. */
const echoed = (inputs: Properties, schema: ResourceSchema): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => key in schema.outputs));

/** What a preview shows for a create: the inputs, what the model plans, and all other computed outputs as UNKNOWN. */
export function plannedCreate(inputs: Properties, plan: Properties, schema: ResourceSchema): Properties {
  const computed = Object.keys(schema.outputs).filter((key) => !(key in schema.inputs) || schema.alwaysSet.includes(key));
  return {
    ...Object.fromEntries(computed.map((key) => [key, UNKNOWN])),
    ...echoed(inputs, schema),
    ...plan,
  };
}

/** What a preview shows for an update: the old state with the new inputs and what the model plans. */
export function plannedUpdate(olds: Properties, inputs: Properties, plan: Properties, schema: ResourceSchema): Properties {
  return { ...kept(olds, schema), ...echoed(inputs, schema), ...plan };
}

/** The old state without removed inputs, except those that the provider computes if they are not given. */
const kept = (olds: Properties, schema: ResourceSchema): Properties =>
  Object.fromEntries(Object.entries(olds).filter(([key]) => !(key in schema.inputs) || schema.alwaysSet.includes(key)));

/** A state's outputs, without the private notes of an official plugin that worked on it before. */
export const own = (state: Properties, schema: ResourceSchema): Properties =>
  Object.fromEntries(Object.entries(state).filter(([key]) => key in schema.outputs));

/**
 * A resource's state after a create or update.
 * @throws if the model returns an output that the schema does not have
 */
export function finished(inputs: Properties, outputs: Properties, schema: ResourceSchema, type: string): Properties {
  const stray = Object.keys(outputs).filter((key) => !(key in schema.outputs));
  if (stray.length > 0) throw new Error(`the stand-in of ${type} returns outputs that its schema does not have: ${stray.join(", ")}`);
  return { ...echoed(inputs, schema), ...outputs };
}

/** Marks as secret what the schema declares secret, and what is secret in `marked` (inputs or an earlier state). */
export function marked(outputs: Properties, schema: ProviderSchema, type: string, ...by: Properties[]): Properties {
  return by.reduce(conceal, withSecrets(outputs, schema.resources[type]!.outputs, schema.types));
}
