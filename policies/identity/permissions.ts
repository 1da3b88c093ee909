import type { Rule } from "../rule";
import { eachKnown, few } from "../unknown";
import { allows, covers, type Statement } from "./document";
import { identityStatements, identityTypes } from "./documents";
import { holders, holdersWithResources } from "./holders";

/** Actions about no resource in particular: AWS takes `*` only (its Service Authorization Reference). */
const unrestrictable = [
  "sts:GetCallerIdentity", "s3:ListAllMyBuckets", "s3:GetAccountPublicAccessBlock", "ecr:GetAuthorizationToken", "kms:ListAliases", "kms:ListKeys", "kms:CreateKey",
  "ec2:Describe*", "cloudwatch:PutMetricData", "cloudwatch:ListMetrics", "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "logs:DescribeLogGroups",
  "iam:ListAccountAliases", "iam:GetAccountPasswordPolicy", "route53:ListHostedZones", "route53:ListHostedZonesByName", "route53:GetHostedZoneCount",
  "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets", "ses:GetSendQuota", "ses:GetSendStatistics",
  // On what was made a moment ago, under a name that AWS made up.
  "route53:GetChange", "kms:TagResource",
];

/** Actions by which an identity gives itself, or something it controls, more than it has. */
const escalations = [
  "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile",
  "iam:CreatePolicyVersion", "iam:CreateServiceSpecificCredential", "iam:DeletePermissionsBoundary", "iam:DeleteRolePermissionsBoundary",
  "iam:DeleteUserPermissionsBoundary", "iam:PassRole", "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy", "iam:ResetServiceSpecificCredential",
  "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy", "iam:UpdateLoginProfile", "kms:PutKeyPolicy", "kms:CreateGrant", "s3:PutBucketPolicy", "s3:PutAccessPointPolicy",
  // By whom others are believed, which keys work, and who is in a group or an account.
  "iam:CreateOpenIDConnectProvider", "iam:CreateSAMLProvider", "iam:UpdateSAMLProvider", "iam:UploadSigningCertificate", "iam:UpdateAccessKey",
  "sso:CreateAccountAssignment", "sso:PutInlinePolicyToPermissionSet", "sso:AttachManagedPolicyToPermissionSet", "sso:AttachCustomerManagedPolicyReferenceToPermissionSet", "identitystore:CreateGroupMembership",
  // What denies may go as well.
  "iam:DeleteGroupPolicy", "iam:DeleteRolePolicy", "iam:DeleteUserPolicy", "iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy", "iam:RemoveUserFromGroup",
  "sts:AssumeRole", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:AddPermission", "glue:UpdateDevEndpoint", "ec2:GetPasswordData",
  "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation", "ssm:SendCommand", "ssm:StartSession", "ssm:StartAutomationExecution",
  "ec2:ModifyInstanceAttribute", "ec2-instance-connect:SendSSHPublicKey",
];

/** What a writer of backups must not do: with one of these it undoes what keeps them. */
const destructive = [
  "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:DeleteBucket",
  "s3:BypassGovernanceRetention", "s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:PutBucketObjectLockConfiguration", "s3:PutEncryptionConfiguration",
  "s3:PutBucketPublicAccessBlock", "s3:PutAccountPublicAccessBlock", "s3:PutBucketAcl", "s3:PutBucketOwnershipControls", "s3:PutReplicationConfiguration", "s3:PutAccessPointPolicy", "s3:UpdateObjectEncryption",
  "s3:PutIntelligentTieringConfiguration",
  // Nor go unseen.
  "s3:PutBucketLogging",
  // Without its key a backup is noise.
  "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy", "kms:CreateGrant", "kms:DeleteImportedKeyMaterial",
];

/** What of these somebody may who may also write. */
const destroyedBy = (statements: Statement[]): string[] =>
  (allows(statements, "s3:PutObject") ? destructive.filter((action) => allows(statements, action)) : []);

const isPattern = (text: string): boolean => /[*?]/.test(text);

/** A pattern, or a variable of AWS, which stands for whoever asks: `user/${aws:username}`. */
const fitsMany = (resource: string): boolean => isPattern(resource) || resource.includes("${");

/** Services in which every name begins with its kind, so that `k*` is all keys. */
const kindFirst = /^(iam|kms|ssm|secretsmanager)$/;

/**
 * `*`, or an ARN that names nothing but the kind: `arn:aws:s3:::*`, `arn:aws:iam::123456789012:role/*`. However often it
 * says so, and with whatever between: `?*`, `*` + `/*`. In S3 what stands before the slash is a bucket.
 */
function isEverything(resource: string): boolean {
  if (!isPattern(resource)) return false;
  const [, , service, , , ...rest] = resource.split(":");
  if (rest.length === 0) return true; // less than an ARN: the pattern stands for its name, too
  const name = rest.join(":");
  const [bucket] = name.split("/");
  // No bucket's name is shorter than three letters; by fewer, a few patterns are all.
  if (covers(service, "s3") && isPattern(bucket) && bucket.replaceAll(/[*?]/g, "").length < 3) return true;
  return service !== "s3" && (/^([a-z*?-]+[/:])?[*?/:]+$/.test(name) || (kindFirst.test(service) && /^[a-z*?-]*[*?/:]+$/.test(name)));
}

export const permissionRules: Rule[] = [
  {
    name: "iam-wildcard-action",
    types: identityTypes,
    chapter: "Identity",
    severity: "critical",
    demands: "A permission names its actions: no `*`, whole or in part, and no NotAction.",
    wrong: "A stolen credential can do more than intended, administration at worst; actions that AWS adds later are allowed as well.",
    fix: "list the actions that are used.",
    answers: ["CKV_AWS_1", "CKV_AWS_49", "CKV_AWS_62", "CKV_AWS_63", "CKV2_AWS_40", "AWS-0057", "AWS-0345", "iam-inline-policy-allows-NotActions",
      "iam-managed-policy-allows-NotActions", "iam-managed-policy-allows-full-privileges", "CIS 1.16"],
    *check(inputs, { type }) {
      for (const { effect, actions, notActions } of identityStatements(type, inputs)) {
        if (effect !== "Allow") continue;
        const wide = actions.filter(isPattern);
        if (wide.length > 0) yield `it allows ${few(wide)}`;
        if (notActions.length > 0) yield `it allows everything except ${few(notActions)}`;
      }
    },
  },
  {
    name: "iam-wildcard-resource",
    types: identityTypes,
    chapter: "Identity",
    severity: "high",
    demands: "A permission names its resources, wherever AWS supports it.",
    wrong: "What was meant for one bucket or key applies to all in the account: data and credentials can be read, and anything changed.",
    fix: "name the resources by ARN.",
    answers: ["CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_111", "CKV_AWS_287", "CKV_AWS_288", "CKV_AWS_289", "CKV_AWS_290", "CKV_AWS_355", "CKV_AWS_356", "AWS-0057", "AWS-0345",
      "iam-inline-policy-for-role", "iam-managed-policy-for-role"],
    *check(inputs, { type }) {
      for (const { effect, actions, resources, notResources } of identityStatements(type, inputs)) {
        const bound = actions.filter((action) => !unrestrictable.some((pattern) => covers(pattern, action)));
        if (effect !== "Allow" || bound.length === 0) continue;
        if (resources.some(isEverything)) yield `it allows ${few(bound)} on everything`;
        if (notResources.length > 0) yield `it allows ${few(bound)} on everything except the resources that it names`;
      }
    },
  },
  {
    name: "iam-escalation",
    types: identityTypes,
    chapter: "Identity",
    severity: "critical",
    demands: "No identity can extend its own permissions: roles to pass or assume, keys and policies are named one by one.",
    wrong: "With this permission, two steps lead to all others.",
    fix: "name each role (key, user, policy) in full, without `*`, `?` and `${…}`.",
    answers: ["CKV_AWS_110", "CKV_AWS_286", "AWS-0342", "iam-inline-policy-allows-non-sts-action", "iam-managed-policy-allows-non-sts-action"],
    *check(inputs, { type }) {
      for (const statement of identityStatements(type, inputs)) {
        const gained = escalations.filter((action) => statement.actions.some((pattern) => covers(pattern, action)));
        if (statement.effect === "Allow" && gained.length > 0 && (statement.notResources.length > 0 || statement.resources.some(fitsMany))) yield `it allows ${few(gained)} on everything that matches a pattern`;
      }
    },
  },
  {
    name: "backup-writer",
    types: identityTypes,
    chapter: "Identity",
    severity: "critical",
    demands: "An identity that writes backups can write and read objects, but never delete a version or change policy, lock, lifecycle, replication, encryption or its key.",
    wrong: "With the machine's stolen key the backups can be destroyed or made unreadable.",
    fix: "remove these actions, and also deny them on *.",
    answers: ["CKV_AWS_290", "AWS-0345"],
    *check(inputs, { type }) {
      const held = destroyedBy(identityStatements(type, inputs));
      if (held.length > 0) yield `it writes objects, and may ${few(held)}`;
    },
  },
  {
    name: "backup-writer-together",
    of: identityTypes,
    chapter: "Identity",
    severity: "critical",
    demands: "The same holds for all policy documents of a group, role or user together, including those of the user's groups and what the policies of keys, buckets and other resources allow it by name.",
    wrong: "One document allows writing and another destroying: each is harmless, but a key with both is not.",
    fix: "remove these actions from the one, or deny them on * in the other.",
    answers: [],
    *check(resources) {
      const told = new Set<string>(); // a user has what its group has
      // A new resource's policy is not known in a preview, and hides nothing of what the identities' own say.
      yield* eachKnown([holders, holdersWithResources], function* (of) {
        for (const documents of of(resources)) {
          // What one document does by itself is told by the rule above, before it is made.
          const alone = documents.flatMap(({ statements }) => destroyedBy(statements));
          const held = destroyedBy(documents.flatMap(({ statements }) => statements)).filter((action) => !alone.includes(action));
          const { urn } = documents.find(({ statements }) => allows(statements, held[0])) ?? documents[0];
          if (held.length > 0 && !told.has(urn)) yield { urn, found: `its holder can write objects by another document, and may ${few(held)}` };
          if (held.length > 0) told.add(urn);
        }
      });
    },
  },
];
