import type { PolicyResource } from "@pulumi/policy";
import type { AccountPasswordPolicyArgs } from "@pulumi/aws/iam";
import { ruleFor, type Rule } from "../rule";
import { known } from "../unknown";

const user = "aws:iam/user:User";
const accessKey = "aws:iam/accessKey:AccessKey";
const policyAttachment = "aws:iam/policyAttachment:PolicyAttachment";
const userPolicies = "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive";
const membership = ["aws:iam/userGroupMembership:UserGroupMembership", "aws:iam/groupMembership:GroupMembership"];
/** Of those that AWS keeps: whoever has one may do everything with a whole service, or with all, or read all that is stored. */
const adminPolicies = /^arn:[^:]*:iam::aws:policy\/(?:.*\/)?(\w*(?:FullAccess|Administrator|PowerUser)[\w-]*|(?:Amazon(?:S3|SSM|DynamoDB))?ReadOnlyAccess|AmazonEC2RoleforSSM|SecretsManagerReadWrite)$/;

/** Whether a membership has somebody in one of these inputs: AWS takes an empty one. */
const hasSome = ({ props, propertyDependencies }: PolicyResource, inputs: string[]): boolean =>
  inputs.some((input) => (propertyDependencies[input] ?? []).length > 0 || (input.endsWith("s") ? (props[input] ?? []).length > 0 : input in props));

/** Whether an input of a resource names this one: by name, where a preview knows both, or else by the program's own reference. */
function names(resource: PolicyResource, input: string, named: PolicyResource): boolean {
  const name = known(() => named.props.name as unknown);
  const given = known(() => [resource.props[input] as unknown].flat());
  return name === undefined || given === undefined ? (resource.propertyDependencies[input] ?? []).some(({ urn }) => urn === named.urn) : given.includes(name);
}

export const userRules: Rule[] = [
  {
    name: "iam-user-policy",
    types: ["aws:iam/userPolicy:UserPolicy", "aws:iam/userPolicyAttachment:UserPolicyAttachment", policyAttachment, userPolicies],
    chapter: "Identity",
    severity: "medium",
    demands: "Permissions are given to groups and roles, never to a user alone.",
    wrong: "Permissions of single users are hard to review, and are not revoked in time.",
    fix: "give the permission to a group, and make the user its member.",
    answers: ["CKV_AWS_40", "AWS-0143", "iam-user-with-policies", "iam-human-user-with-policies", "CIS 1.15"],
    *check(inputs, { type }) {
      // Of these two each may name nobody: the one gives to groups and roles, too, and the other can take all away.
      const given = type === policyAttachment ? inputs.users : type === userPolicies ? inputs.policyArns : [type];
      if ((given ?? []).length > 0) yield "it gives a permission to a user";
    },
  },
  {
    name: "iam-admin-policy",
    types: ["aws:iam/groupPolicyAttachment:GroupPolicyAttachment", "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment", policyAttachment, "aws:iam/role:Role",
      "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive", "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", userPolicies,
      "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive"],
    chapter: "Identity",
    severity: "critical",
    demands: "No identity has an AWS managed policy with full rights, or one that can read all data.",
    wrong: "A stolen credential opens the whole account, or all its data.",
    fix: "write a policy with the needed permissions; to look around, ViewOnlyAccess is enough.",
    answers: ["CKV_AWS_274", "CKV_AWS_275", "CKV2_AWS_56", "AWS-0345", "CIS 1.16"],
    *check({ policyArn, policyArns, managedPolicyArn, managedPolicyArns }) {
      for (const arn of [policyArn, managedPolicyArn, ...(policyArns ?? []), ...(managedPolicyArns ?? [])]) {
        const match = adminPolicies.exec(String(arn));
        if (match) yield `it gives ${match[1]}`;
      }
    },
  },
  {
    name: "iam-console",
    types: ["aws:iam/userLoginProfile:UserLoginProfile"],
    chapter: "Identity",
    severity: "high",
    demands: "IAM users are machines and have no console password. People use SSO.",
    wrong: "A password can be guessed, phished and reused, and here it has no second factor.",
    fix: "remove the login profile; give people access through IAM Identity Center.",
    answers: ["CKV2_AWS_22", "AWS-0145", "iam-service-user-with-password", "iam-user-with-password-and-key", "iam-user-without-mfa"],
    *check() {
      yield "it gives a user a password";
    },
  },
  {
    name: "iam-root-key",
    types: [accessKey],
    chapter: "Identity",
    severity: "critical",
    demands: "The account's root user has no access key.",
    wrong: "The key can do everything, and no policy can restrict it.",
    fix: "create the key for an IAM user.",
    answers: ["CKV_AWS_348", "AWS-0141", "iam-root-account-with-active-keys", "CIS 1.4"],
    *check({ user: owner }) {
      if (/^root$|:root$/.test(String(owner))) yield "it is a key of the root user";
    },
  },
  {
    name: "iam-user-group",
    of: [user],
    chapter: "Identity",
    severity: "medium",
    demands: "Every IAM user is in a group.",
    wrong: "A user outside all groups is overlooked.",
    fix: "add a UserGroupMembership.",
    answers: ["CKV2_AWS_21", "iam-user-not-in-common-group", "iam-user-not-in-category-group"],
    *check(resources) {
      const members = resources.filter((each) => membership.includes(each.type) && hasSome(each, ["group", "groups"]));
      for (const each of resources.filter(({ type }) => type === user)) {
        if (!members.some((member) => names(member, "user", each) || names(member, "users", each))) yield { urn: each.urn, found: "it is in no group" };
      }
    },
  },
  {
    name: "iam-user-key",
    of: [user],
    chapter: "Identity",
    severity: "medium",
    // While a key is changed there are two: the new one is made, and on the machine, before the old one ends.
    level: "advisory",
    demands: "A user has at most one access key, except during a rotation.",
    wrong: "A second key is usually forgotten and never rotated.",
    fix: "remove the older key (`make rotate-backup-key` deletes it).",
    answers: ["AWS-0167", "iam-user-with-multiple-access-keys", "CIS 1.13"],
    *check(resources) {
      const keys = resources.filter(({ type }) => type === accessKey);
      for (const each of resources.filter(({ type }) => type === user)) {
        if (keys.filter((key) => names(key, "user", each)).length > 1) yield { urn: each.urn, found: "it has more than one access key" };
      }
    },
  },
  {
    name: "iam-group-used",
    of: ["aws:iam/group:Group"],
    chapter: "Identity",
    severity: "low",
    level: "advisory",
    demands: "Every IAM group has a member.",
    wrong: "Unused permissions are there to be abused.",
    fix: "remove the group.",
    answers: ["CKV2_AWS_14", "iam-group-with-no-users"],
    *check(resources) {
      const members = resources.filter((each) => membership.includes(each.type) && hasSome(each, ["user", "users"]));
      for (const each of resources.filter(({ type }) => type === "aws:iam/group:Group")) {
        if (!members.some((member) => names(member, "group", each) || names(member, "groups", each))) yield { urn: each.urn, found: "it has no member" };
      }
    },
  },
  ruleFor<AccountPasswordPolicyArgs>("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", {
    name: "iam-password-policy",
    chapter: "Identity",
    severity: "medium",
    demands: "If the stack sets the account's password policy, it requires 14 characters of all kinds, a change every 90 days, and none of the last 24 passwords.",
    wrong: "Console passwords can be guessed, or never change.",
    fix: "set minimumPasswordLength 14, the four require…, maxPasswordAge 90, passwordReusePrevention 24.",
    answers: ["CKV_AWS_9", "CKV_AWS_10", "CKV_AWS_11", "CKV_AWS_12", "CKV_AWS_13", "CKV_AWS_14", "CKV_AWS_15",
      "AWS-0056", "AWS-0058", "AWS-0059", "AWS-0060", "AWS-0061", "AWS-0062", "AWS-0063",
      "iam-password-policy-expiration-threshold", "iam-password-policy-minimum-length", "iam-password-policy-no-expiration", "iam-password-policy-no-lowercase-required",
      "iam-password-policy-no-number-required", "iam-password-policy-no-symbol-required", "iam-password-policy-no-uppercase-required", "iam-password-policy-reuse-enabled", "CIS 1.8", "CIS 1.9"],
    *check(inputs) {
      if ((inputs.minimumPasswordLength ?? 0) < 14) yield "passwords may be shorter than 14 characters";
      for (const kind of ["Lowercase", "Uppercase"] as const) if (!inputs[`require${kind}Characters`]) yield `passwords need no ${kind.toLowerCase()} letter`;
      if (!inputs.requireNumbers) yield "passwords need no digit";
      if (!inputs.requireSymbols) yield "passwords need no symbol";
      if (!inputs.maxPasswordAge || inputs.maxPasswordAge > 90) yield "passwords may be older than 90 days";
      if ((inputs.passwordReusePrevention ?? 0) < 24) yield "one of the last 24 passwords may be used again";
    },
  }),
];
