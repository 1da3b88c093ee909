import type { PolicyResource } from "@pulumi/policy";
import { isUnknownValue } from "../unknown";

/** Whether a key is named, and it is none that AWS keeps for one of its services, by alias or by ARN: whoever may use the service may use those. */
export const isOwnKey = (id: string | undefined): id is string => Boolean(id) && !/\balias\/aws\//.test(id!);

export const accountIn = (text: string): string | undefined => /^(?:arn:[^:]*:[^:]*:[^:]*:)?(\d{12})(?::|$)/.exec(text)?.[1];

/** The ARNs of what the stack has in AWS and the accounts in them, and why some are not known, where that is so. */
export function ownArns(resources: PolicyResource[]): { arns: Set<string>; accounts: Set<string>; hidden: unknown } {
  const arns = new Set<string>();
  let hidden: unknown;
  for (const { props } of resources.filter(({ type }) => type.startsWith("aws:"))) {
    for (const key of ["arn", "iamArn"]) {
      try {
        if (typeof props[key] === "string") arns.add(props[key]);
      } catch (error) {
        if (!isUnknownValue(error)) throw error;
        hidden ??= error;
      }
    }
  }
  return { arns, accounts: new Set([...arns].flatMap((arn) => accountIn(arn) ?? [])), hidden };
}

/** Tells what is of the stack's own account: by the ARNs of what it has there. */
export function ownership(resources: PolicyResource[]): (name: string) => boolean {
  const { arns, accounts, hidden } = ownArns(resources);
  return (name) => {
    if (arns.has(name)) return true;
    if (accounts.size === 0 && hidden !== undefined) throw hidden;
    return accounts.has(accountIn(name) ?? "");
  };
}
