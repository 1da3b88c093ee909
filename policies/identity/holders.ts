/** Who holds which documents: a group, a role or a user may do what all of its documents together say. */
import type { PolicyResource } from "@pulumi/policy";
import type { Statement } from "./document";
import { identityStatements, identityTypes } from "./documents";

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
 * What an input names: by the program's own reference, which a preview knows, or else by value. A list may have both.
 * @param byValue URN of a value, where the stack has what it names
 */
function named({ props, propertyDependencies }: PolicyResource, input: string, type: string, byValue: (value: string) => string | undefined): string[] {
  const references = (propertyDependencies[input] ?? []).filter((each) => each.type === type).map(({ urn }) => urn);
  if (references.length > 0 && !(input.endsWith("s") && props[input].length > references.length)) return references;
  const values = [props[input] ?? []].flat().flatMap((value) => byValue(value) ?? []);
  return [...new Set([...references, ...values])];
}

/** The documents of each group, role and user that has some, and alone each that nobody here has, or that anybody may be given. */
export function holders(resources: PolicyResource[]): Document[][] {
  const documents = new Map(resources.filter(({ type }) => identityTypes.includes(type))
    .map((each) => [each.urn, { urn: each.urn, statements: identityStatements(each.type, each.props) }] as const));
  const known = (type: string, key: string) => new Map(resources.filter((each) => each.type === type).map(({ urn, props }) => [props[key], urn]));
  const names = Object.fromEntries(Object.entries(typeOf).map(([kind, type]) => [kind, known(type, "name")]));
  const arns = known(policy, "arn");
  const principals = (resource: PolicyResource, input: string): string[] => {
    const [kind] = /^(group|role|user)/.exec(input)!;
    return named(resource, input, typeOf[kind], (name) => names[kind].get(name) ?? `${kind} ${name}`);
  };

  const held = new Map<string, Set<string>>();
  const give = (who: string, urns: Iterable<string>) => held.set(who, new Set([...held.get(who) ?? [], ...urns]));
  const policies = (resource: PolicyResource, input: string) => named(resource, input, policy, (arn) => arns.get(arn));
  for (const each of resources) {
    if (each.type === role) give(each.urn, [each.urn, ...policies(each, "managedPolicyArns")]);
    const gift = gifts[each.type];
    for (const who of gift?.to.flatMap((input) => principals(each, input)) ?? []) give(who, gift.by ? policies(each, gift.by) : [each.urn]);
  }
  for (const each of resources) {
    const inputs = memberships[each.type];
    if (!inputs) continue;
    const groups = principals(each, inputs.group).flatMap((group) => [...held.get(group) ?? []]);
    for (const user of principals(each, inputs.user)) give(user, groups);
  }

  const owned = new Set([...held.values()].flatMap((urns) => [...urns]));
  const alone = resources.filter(({ type, urn }) => documents.has(urn) && (type === policy || !owned.has(urn))).map(({ urn }) => [urn]);
  return [...[...held.values()].map((urns) => [...urns]), ...alone]
    .map((urns) => urns.map((urn) => documents.get(urn)!).filter(({ statements }) => statements.length > 0)).filter((list) => list.length > 0);
}
