import * as pulumi from "@pulumi/pulumi";

/** The roles of machines. A role is also a tag, by which firewalls select machines. */
export const roles = ["edge", "api", "worker", "data", "monitor"] as const;
/** One of `roles`. */
export type Role = (typeof roles)[number];

/** A resource's name in the cloud account: unique there, and the same on every `up`. */
export const physicalName = (what: string): string => `ringo-${pulumi.getStack()}-${what}`;

/** The tag of the project. Not a resource: the account's other stacks carry it, too. */
export const projectTag = "project:ringo";

/** The tag of every machine of this stack. */
export const stackTag = (): string => `stack:ringo-${pulumi.getStack()}`;

/** The tag of this stack's machines of one role. */
export const roleTag = (role: Role): string => `role:ringo-${pulumi.getStack()}-${role}`;

/** Tags of resources in AWS. */
export const tagsInAws = (): Record<string, string> => ({ project: "ringo", stack: pulumi.getStack() });
