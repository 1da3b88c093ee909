import { onData } from "./backups";
import { confirmed } from "../cli/confirm";
import { isGiven } from "../cli/flag";
import { askHealth } from "./health";
import type { OperatedStack } from "./stack";
import { green, say, seconds, UserError } from "../cli/terminal";

/** The moment to restore, from make's variables. @throws UserError if they name more than one */
export function target(environment: NodeJS.ProcessEnv): string[] {
  const given = (["TIME", "POINT", "BACKUP"] as const).filter((name) => environment[name]);
  if (given.length > 1) throw new UserError(`${given.join(" and ")} name different moments: give one of them, or none for the newest state.`);
  const [name] = given;
  return [
    ...(name ? [`--${name.toLowerCase()}`, environment[name]!] : []),
    ...(environment.REPOSITORY_TIME ? ["--repository-time", environment.REPOSITORY_TIME] : []),
    ...(isGiven("ASIDE", environment) ? ["--aside"] : []),
  ];
}

/** Shows what a restore would do, asks, restores, and waits until the application is healthy. */
export async function restore(stack: OperatedStack): Promise<number> {
  const options = target(process.env);
  if (options.includes("--aside")) return onData(stack, "restore", ...options); // which changes nothing, and asks nothing
  const planned = await onData(stack, "plan", ...options);
  if (planned !== 0) return planned;
  if (!(await confirmed(stack.name))) return 1;
  const began = Date.now();
  const code = await onData(stack, "restore", ...options, "--yes");
  if (code !== 0) return code;
  await healthy(stack);
  say(green(`the application answers; ${seconds(Date.now() - began)} from the first step to here`));
  return 0;
}

/** @throws UserError if the application does not answer within five minutes */
async function healthy(stack: OperatedStack): Promise<void> {
  for (const end = Date.now() + 300_000; ; await new Promise((resolve) => setTimeout(resolve, 1000))) {
    const { url, status } = await askHealth(stack);
    if (status === 200) return;
    if (Date.now() > end) throw new UserError(`the data is restored, but ${url} answers: ${status}`);
  }
}
