import * as pulumi from "@pulumi/pulumi";
import { ConfigError, type Generations, outOfTurn } from "../config";

/**
 * Notes in the stack's state which generations an update begins with, of what is handed over from one to the next. An update that fails
 * may have brought them to some machines: the number before is refused from then on, also in an update without a preview.
 * @returns what must have been done before any of them is used
 */
export const beginGenerations = (generations: Generations): pulumi.Resource =>
  new pulumi.Stash("generations-begun", { input: generations }, { hooks: { beforeUpdate: [inTurn("generations-begun")] } });

/**
 * Notes which generations are in force on every machine, and has a preview refuse those that do not follow them: who takes the stack's
 * file back undoes no rotation, and who counts two at once leaves no machine behind. In an update all is done by then, so that it only notes.
 * @param after the last that bring them into force
 */
export function keepGenerations(generations: Generations, after: pulumi.Resource[]): void {
  const hooks = pulumi.runtime.isDryRun() ? { beforeUpdate: [inTurn("generations")] } : {};
  new pulumi.Stash("generations", { input: generations }, { dependsOn: after, hooks });
}

const inTurn = (note: string): pulumi.ResourceHook => new pulumi.ResourceHook(`${note}-in-turn`, refuseOutOfTurn(pulumi.getStack()), { onDryRun: true });

/** @param stack its name: nobody can be asked for it by the time that the engine calls. */
export const refuseOutOfTurn = (stack: string) => ({ oldInputs, newInputs }: Pick<pulumi.ResourceHookArgs, "oldInputs" | "newInputs">): void => {
  const faults = outOfTurn(stack, oldInputs!.input as Generations, newInputs!.input as Generations);
  if (faults.length > 0) throw new ConfigError(stack, faults);
};
