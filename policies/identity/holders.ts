/** Who holds which documents: a group, a role or a user may do what all of its documents together say. */
import type { PolicyResource } from "@pulumi/policy";
import type { Statement } from "./document";
import { each } from "../named";
import { known } from "../unknown";
import { identityStatements, identityTypes, resourceStatements, resourceTypes } from "./documents";

export interface Document {
  /** The resource that it is in. */
  urn: string;
  statements: Statement[];
}

const policy = "aws:iam/policy:Policy";
const role = "aws:iam/role:Role";
const typeOf: Record<string, string> = { group: "aws:iam/group:Group", role, user: "aws:iam/user:User" };

/** Resources that give a document to somebody: to whom, and by which input, where it is not their own. */
const gifts: Record<string, { to: string[]; by?: string }> = {
  "aws:iam/groupPolicy:GroupPolicy": { to: ["group"] },
  "aws:iam/rolePolicy:RolePolicy": { to: ["role"] },
  "aws:iam/userPolicy:UserPolicy": { to: ["user"] },
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": { to: ["group"], by: "policyArn" },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { to: ["role"], by: "policyArn" },
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": { to: ["user"], by: "policyArn" },
  "aws:iam/policyAttachment:PolicyAttachment": { to: ["groups", "roles", "users"], by: "policyArn" },
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": { to: ["groupName"], by: "policyArns" },
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": { to: ["roleName"], by: "policyArns" },
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": { to: ["userName"], by: "policyArns" },
};

/** Where a user and a group come together. */
const memberships: Record<string, { user: string; group: string }> = {
  "aws:iam/userGroupMembership:UserGroupMembership": { user: "user", group: "groups" },
  "aws:iam/groupMembership:GroupMembership": { user: "users", group: "group" },
};

/**
 * What an input names: by value, where all of it is known and of the stack, or else by the program's own references, too.
 * @param urns of what the stack has, by value
 * @param others what another value counts as
 */
function named({ props, propertyDependencies }: PolicyResource, input: string, type: string, urns: Map<unknown, string>, others: (value: unknown) => string[]): string[] {
  const references = (propertyDependencies[input] ?? []).filter((one) => one.type === type).map(({ urn }) => urn);
  const given = known(() => props[input] as unknown);
  const values = (Array.isArray(given) ? each<unknown>(given) : [() => given]).map(known).filter((value) => value !== undefined);
  const whole = Array.isArray(given) ? values.length === given.length : given !== undefined;
  if (whole && values.every((value) => urns.has(value))) return values.map((value) => urns.get(value)!);
  if (!whole && references.length === 0) void [props[input] ?? []].flat(); // what is hidden throws when it is read
  return [...new Set([...references, ...values.flatMap((value) => urns.get(value) ?? others(value))])];
}

/** The documents of each group, role and user that has some, and alone each that nobody here has, or that anybody may be given. */
export const holders = (resources: PolicyResource[]): Document[][] => holdersOf(resources, []);

/** The same, with what the policies of resources allow a role or a user by name. */
export const holdersWithResources = (resources: PolicyResource[]): Document[][] => holdersOf(resources, resources.filter(({ type }) => type !== role && resourceTypes.includes(type)));

function holdersOf(resources: PolicyResource[], letIn: PolicyResource[]): Document[][] {
  const documents = new Map(resources.filter(({ type }) => identityTypes.includes(type))
    .map(({ type, urn, props }) => [urn, { urn, statements: identityStatements(type, props) }] as const));
  const urnsBy = (type: string, key: string) => new Map(resources.filter((one) => one.type === type).map(({ urn, props }) => [known(() => props[key] as unknown), urn]));
  const names = Object.fromEntries(Object.entries(typeOf).map(([kind, type]) => [kind, urnsBy(type, "name")]));
  const arns = urnsBy(policy, "arn");
  const principals = (resource: PolicyResource, input: string): string[] => {
    const [kind] = /^(group|role|user)/.exec(input)!;
    return named(resource, input, typeOf[kind], names[kind], (name) => [`${kind} ${String(name)}`]);
  };

  const held = new Map<string, Set<string>>();
  const give = (who: string, urns: Iterable<string>) => held.set(who, new Set([...held.get(who) ?? [], ...urns]));
  const policies = (resource: PolicyResource, input: string) => named(resource, input, policy, arns, () => []);
  for (const one of resources) {
    if (one.type === role) give(one.urn, [one.urn, ...policies(one, "managedPolicyArns")]);
    const gift = gifts[one.type];
    for (const who of gift?.to.flatMap((input) => principals(one, input)) ?? []) give(who, gift.by ? policies(one, gift.by) : [one.urn]);
  }
  for (const { type, urn, props } of letIn) {
    const allowed = resourceStatements(type, props).filter(({ effect }) => effect === "Allow");
    for (const [arn, who] of [...urnsBy(role, "arn"), ...urnsBy(typeOf.user, "arn")]) {
      const statements = allowed.filter(({ principals: whom }) => whom.includes(`AWS:${String(arn)}`));
      if (statements.length === 0) continue;
      documents.set(`${urn} for ${who}`, { urn, statements });
      give(who, [`${urn} for ${who}`]);
    }
  }
  for (const one of resources) {
    const inputs = memberships[one.type];
    if (!inputs) continue;
    const groups = principals(one, inputs.group).flatMap((group) => [...held.get(group) ?? []]);
    for (const user of principals(one, inputs.user)) give(user, groups);
  }

  const owned = new Set([...held.values()].flatMap((urns) => [...urns]));
  const alone = resources.filter(({ type, urn }) => documents.has(urn) && (type === policy || !owned.has(urn))).map(({ urn }) => [urn]);
  return [...[...held.values()].map((urns) => [...urns]), ...alone]
    .map((urns) => urns.map((urn) => documents.get(urn)!).filter(({ statements }) => statements.length > 0)).filter((list) => list.length > 0);
}
