import * as pulumi from "@pulumi/pulumi";
import { ConfigError, type Generations, lowered } from "../config";

/**
 * Notes in the stack's state which generations are in force, and has a preview refuse lower ones: who takes the stack's file back undoes
 * no rotation. In an update all is done by then, so that it only notes.
 * @param after the last that bring them into force
 */
export function keepGenerations(generations: Generations, after: pulumi.Resource[]): void {
  const hooks = pulumi.runtime.isDryRun() ? { beforeUpdate: [new pulumi.ResourceHook("generations-only-grow", refuseLowered(pulumi.getStack()), { onDryRun: true })] } : {};
  new pulumi.Stash("generations", { input: generations }, { dependsOn: after, hooks });
}

/** @param stack its name: nobody can be asked for it by the time that the engine calls. */
export const refuseLowered = (stack: string) => ({ oldInputs, newInputs }: Pick<pulumi.ResourceHookArgs, "oldInputs" | "newInputs">): void => {
  const faults = lowered(stack, oldInputs!.input as Generations, newInputs!.input as Generations);
  if (faults.length > 0) throw new ConfigError(stack, faults);
};
