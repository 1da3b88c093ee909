import * as pulumi from "@pulumi/pulumi";
import { ConfigError, type Generations, outOfTurn } from "../config";

/**
 * Notes in the stack's state which generations are in force, and has a preview refuse those that do not follow them: who takes the stack's
 * file back undoes no rotation, and who counts two at once leaves no machine behind. In an update all is done by then, so that it only notes.
 * @param after the last that bring them into force
 */
export function keepGenerations(generations: Generations, after: pulumi.Resource[]): void {
  const hooks = pulumi.runtime.isDryRun() ? { beforeUpdate: [new pulumi.ResourceHook("generations-in-turn", refuseOutOfTurn(pulumi.getStack()), { onDryRun: true })] } : {};
  new pulumi.Stash("generations", { input: generations }, { dependsOn: after, hooks });
}

/** @param stack its name: nobody can be asked for it by the time that the engine calls. */
export const refuseOutOfTurn = (stack: string) => ({ oldInputs, newInputs }: Pick<pulumi.ResourceHookArgs, "oldInputs" | "newInputs">): void => {
  const faults = outOfTurn(stack, oldInputs!.input as Generations, newInputs!.input as Generations);
  if (faults.length > 0) throw new ConfigError(stack, faults);
};
