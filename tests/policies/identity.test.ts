import { writerPolicy } from "../../components/bucket-policies";
import { alone, aws, chapter, digitalocean, judge, ruleNamed, unknown, urnOf, type Sample } from "./harness";

const document = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: unknown, Resource: unknown, more: object = {}): object => ({ Effect: "Allow", Action, Resource, ...more });
const policy = (...statements: object[]): Sample => aws("iam/policy", { policy: document(...statements) });
const objects = "arn:aws:s3:::store/*";
const role = (...statements: object[]): Sample => aws("iam/role", { assumeRolePolicy: document(...statements) });
const trusts = (Principal: unknown, Condition?: object): object => ({ Effect: "Allow", Principal, Action: "sts:AssumeRole", Condition });

const stranger = "arn:aws:iam::999999999999:user/a";
const own = aws("iam/user", {}, { name: "own", outputs: { arn: "arn:aws:iam::123456789012:user/own" } });

const github = "token.actions.githubusercontent.com";
const federated = { Federated: `arn:aws:iam::123456123456:oidc-provider/${github}` };
const ci = (sub: unknown, operator = "StringEquals", aud: unknown = "sts.amazonaws.com"): Sample =>
  role(trusts(federated, { [operator]: { [`${github}:sub`]: sub }, ...(aud ? { [operator === "StringEquals" ? "StringLike" : "StringEquals"]: { [`${github}:aud`]: aud } } : {}) }));

const user = aws("iam/user", { name: "one" }, { name: "one" });
const group = aws("iam/group", { name: "writers" }, { name: "writers" });
const member = aws("iam/userGroupMembership", { user: "one", groups: ["writers"] }, { name: "member" });
const keyOf = (name: string) => aws("iam/accessKey", { user: unknown }, { name, refs: { user: ["one"] } });
const passwords = (props: object): Sample => aws("iam/accountPasswordPolicy", {
  minimumPasswordLength: 14, requireLowercaseCharacters: true, requireUppercaseCharacters: true, requireNumbers: true, requireSymbols: true, maxPasswordAge: 90, passwordReusePrevention: 24, ...props,
});
const writes = (word: string, props: object, ...statements: object[]): Sample => aws(`iam/${word}`, { ...props, policy: document(allow("s3:PutObject", objects), ...statements) }, { name: "writes" });
const destroys = (word: string, props: object): Sample => aws(`iam/${word}`, { ...props, policy: document(allow(["s3:DeleteObjectVersion", "s3:PutBucketPolicy", "kms:DisableKey"], objects)) }, { name: "destroys" });
const attached = (word: string, props: object, policyName: string): Sample => aws(`iam/${word}`, { ...props, policyArn: unknown }, { name: `${word}-${policyName}`, refs: { policyArn: [policyName] } });
const arnOf = (kind: string): string => `arn:aws:iam::123456789012:${kind}/one`;
/** Somebody who writes, with the name by which a resource's policy knows him. */
const named = (kind: string): Sample[] => [aws(`iam/${kind}`, { name: "one" }, { name: "one", outputs: { arn: arnOf(kind) } }), writes(`${kind}Policy`, { [kind]: "one" })];
const admin = "arn:aws:iam::aws:policy/AdministratorAccess";

chapter("Identity", {
  "iam-wildcard-action": {
    kept: alone(policy(allow(["s3:GetObject", "s3:PutObject"], objects)), policy({ Effect: "Deny", Action: "*", Resource: "*" }), aws("iam/role", { assumeRolePolicy: "{}" })),
    broken: [
      // Checkov CKV_AWS_62, 63, CKV2_AWS_40 and Trivy AWS-0345, failing; the last lacks its effect.
      [/allows \*/, policy(allow(["s3:HeadBucket", "*"], [objects, "*"]))], [/allows \*/, policy(allow("*", "*"))], [/allows \*/, policy({ Action: "*", Resource: "*" })],
      [/allows iam:\*, s3\*/, policy(allow(["iam:*", "s3*"], "*"))], [/allows s3:\*/, policy(allow("s3:*", "*"))], [/allows s3:Get\*/, policy(allow("s3:Get*", objects))],
      ...["groupPolicy", "rolePolicy", "userPolicy"].map((word): [RegExp, Sample] => [/allows iam:\*/, aws(`iam/${word}`, { policy: document(allow(["ec2:DescribeImages", "iam:*"], "*")) })]),
      [/allows \*/, aws("ssoadmin/permissionSetInlinePolicy", { inlinePolicy: document(allow(["s3:HeadBucket", "*"], "*")) })],
      // Checkov CKV_AWS_290, failing, as it stands there: with a comma too much.
      [/allows \*/, aws("iam/policy", { policy: '{"Statement":[{"Effect":"Allow","Action":["s3:*",],"Resource":"*"}]}' })],
      [/allows \*/, aws("iam/role", { assumeRolePolicy: "{}", inlinePolicies: [{ policy: document(allow("*", "*")) }] })],
      [/everything except iam:CreateUser/, policy({ Effect: "Allow", NotAction: "iam:CreateUser", Resource: objects })],
      // Spelt as AWS may take it, too.
      ...[{ effect: "Allow", action: "*", resource: "*" }, { Effect: "allow", Action: "*", Resource: "*" }].map((statement): [RegExp, Sample] => [/allows \*/, policy(statement)]),
      [/allows \*/, aws("iam/policy", { policy: JSON.stringify({ statement: [allow("*", "*")] }) })],
      // What can be read in two ways, by a name that is there twice.
      ...[{ action: "*" }, { Statement: [], statement: [] }].map((more): [RegExp, Sample] => [/allows \*/, policy({ ...allow("s3:GetObject", objects), ...more, Condition: { StringEquals: { "aws:a": "1", "AWS:A": "2" } } })]),
      [/allows \*/, aws("iam/policy", { policy: `{"Statement":[{"Effect":"Allow","Action":"*","Action":"s3:GetObject","Resource":"${objects}"}]}` })],
      [/allows \*/, aws("iam/policy", { policy: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}],"Statement":[]}' })],
      [/allows s3:\?et/, aws("iam/policy", { policy: { Statement: { Effect: "Allow", Action: "s3:?etObject", Resource: objects } } })],
    ],
    unknown: [aws("iam/policy", { policy: unknown })],
  },
  "iam-wildcard-resource": {
    kept: alone(...["arn:aws:s3:::ringo-*/*", "arn:aws:s3:::store", "arn:aws:s3:::store/?*"].map((resource) => policy(allow("s3:GetObject", resource))), policy(allow("s3:GetObject", objects)),
      ...["arn:aws:kms:eu-central-1:123456789012:key/1", "arn:aws:ssm:eu-central-1:123456789012:parameter/ringo/*", "arn:aws:iam::123456789012:role/ringo-*", "arn:aws:sqs:eu-central-1:123456789012:ringo-*"].map((resource) => policy(allow("kms:Decrypt", resource))),
      policy(allow(["sts:GetCallerIdentity", "ec2:DescribeImages", "ecr:GetAuthorizationToken"], "*")),
      // What certbot needs for a challenge by DNS, what makes a key, what sends traces and reads figures.
      ...["*", "arn:aws:route53:::change/*"].map((resource) => policy(allow("route53:GetChange", resource))), policy(allow(["route53:ListHostedZones", "kms:CreateKey", "kms:TagResource", "xray:PutTraceSegments", "cloudwatch:GetMetricData", "ses:GetSendQuota"], "*")), policy({ Effect: "Deny", Action: "s3:DeleteObject", Resource: "*" })),
    broken: [
      // Checkov CKV_AWS_287 to 290 and 355, failing.
      [/allows s3:GetObject, iam:CreateAccessKey on everything/, policy(allow(["s3:GetObject", "iam:CreateAccessKey"], "*"))], [/on everything/, policy(allow("s3:GetObject", ["arn:aws:s3:::a/*", "*"]))],
      [/on everything/, policy(allow("ssm:GetParameter", "*"))], [/on everything/, policy(allow("s3:GetObject", "arn:aws:s3:::*"))], [/on everything/, policy(allow("iam:GetRole", "arn:aws:iam::123456789012:role/*"))],
      [/on everything/, policy(allow("s3:GetObject", "arn:aws:s3:::*/*"))], [/except the resources that it names/, policy({ Effect: "Allow", Action: "s3:GetObject", NotResource: "arn:aws:s3:::private/*" })],
      // Another spelling of the same: in the whole, in the bucket, in what stands after the kind.
      ...["**", "?*", "*:*", "arn:*", "arn:aws:s3*", "arn:*:*:*:*:*", "arn:aws:*:*:*:key/*", "arn:aws:s3:::**", "arn:aws:s3:::r*", "arn:aws:s3:::*o*/*", "arn:aws:s3:::?*/*", "arn:aws:s?:::*/x", "arn:*:s3:::*", "arn:aws:kms:*:*:key/?*", "arn:aws:kms:*:*:k*", "arn:aws:iam::*:ro?e/*",
        "arn:aws:ssm:eu-central-1:123456789012:parameter/*/*", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:*", "arn:aws:dynamodb:*:*:table/**", "arn:aws:logs:*:*:log-group:*:*", "arn:aws:sqs:*:*:?*"]
        .map((resource): [RegExp, Sample] => [/on everything/, policy(allow("s3:GetObject", resource))]),
    ],
    unknown: [aws("iam/policy", { policy: unknown })],
  },
  "iam-escalation": {
    kept: alone(policy(allow("iam:PassRole", "arn:aws:iam::123456789012:role/one")), policy(allow("s3:GetObject", objects)), policy({ Effect: "Deny", Action: "iam:*", Resource: "*" })),
    broken: [
      // Checkov CKV_AWS_286 and Trivy AWS-0342, failing.
      [/allows iam:PassRole/, policy(allow("iam:PassRole", "*"))], [/iam:CreateAccessKey/, policy(allow("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/*"))], [/iam:AddUserToGroup/, policy(allow("iam:*", "*"))],
      // Among others, and beside what is named.
      [/allows iam:PassRole on/, policy(allow(["s3:GetObject", "iam:PassRole"], ["arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/*"]))],
      [/iam:AttachUserPolicy/, policy(allow("iam:AttachUserPolicy", "arn:aws:iam::123456789012:user/${aws:username}"))],
      ...["role/?????", "ro?e/admin"].map((name): [RegExp, Sample] => [/allows iam:PassRole/, policy(allow("iam:PassRole", `arn:aws:iam::123456789012:${name}`))]),
      ...["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary", "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation", "lambda:UpdateFunctionConfiguration", "ssm:SendCommand", "ssm:StartSession", "s3:PutAccessPointPolicy"]
        .map((action): [RegExp, Sample] => [new RegExp(`allows ${action}`), policy(allow(action, "arn:aws:x:eu-central-1:123456789012:ringo-*"))]),
      // Who is believed, who is in, which keys work, and what denies goes.
      ...["iam:CreateOpenIDConnectProvider", "iam:UpdateSAMLProvider", "iam:UploadSigningCertificate", "iam:UpdateAccessKey", "iam:DeleteGroupPolicy", "iam:DetachUserPolicy", "iam:RemoveUserFromGroup", "sso:CreateAccountAssignment", "sso:PutInlinePolicyToPermissionSet",
        "identitystore:CreateGroupMembership", "ec2:ModifyInstanceAttribute", "ec2-instance-connect:SendSSHPublicKey", "ssm:StartAutomationExecution"].map((action): [RegExp, Sample] => [new RegExp(`allows ${action} on`), policy(allow(action, "arn:aws:x:eu-central-1:123456789012:ringo-*"))]),
      [/sts:AssumeRole/, policy(allow("sts:AssumeRole", "arn:aws:iam::*:role/admin"))], [/s3:PutBucketPolicy/, policy({ Effect: "Allow", Action: "s3:PutBucketPolicy", NotResource: "arn:aws:s3:::a" })],
    ],
    unknown: [aws("iam/policy", { policy: unknown })],
  },
  "backup-writer": {
    kept: alone(aws("iam/groupPolicy", { policy: writerPolicy(["arn:aws:s3:::store"], "arn:aws:kms:eu-central-1:123456789012:key/1") }), policy(allow(["s3:PutBucketPolicy"], "arn:aws:s3:::a"))),
    broken: [
      [/may s3:DeleteObjectVersion/, policy(allow(["s3:PutObject", "s3:DeleteObjectVersion"], objects))], [/may s3:PutBucketPolicy/, policy(allow("s3:PutObject", objects), allow("s3:PutBucketPolicy", "arn:aws:s3:::store"))],
      [/may s3:DeleteObjectVersion.*and \d+ more/, policy(allow("s3:*", objects))],
      // A denial of part of the objects, or under a condition, is none.
      [/may s3:DeleteObjectVersion/, policy(allow("s3:*", objects), { Effect: "Deny", Action: "s3:DeleteObjectVersion", Resource: "arn:aws:s3:::store/old/*" })],
      ...["s3:PutObjectLegalHold", "s3:PutBucketAcl", "s3:PutAccountPublicAccessBlock", "s3:PutBucketOwnershipControls", "s3:PutReplicationConfiguration", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy", "kms:DeleteImportedKeyMaterial", "kms:CreateGrant", "s3:UpdateObjectEncryption", "s3:PutBucketLogging", "s3:PutIntelligentTieringConfiguration", "s3:PutAccessPointPolicy"]
        .map((action): [RegExp, Sample] => [new RegExp(`may ${action}`), policy(allow("s3:PutObject", objects), allow(action, "arn:aws:kms:eu-central-1:123456789012:key/1"))]),
      [/may s3:DeleteObjectVersion/, aws("iam/role", { inlinePolicies: [{ policy: document(allow("s3:PutObject", objects)) }, { policy: document(allow("s3:DeleteObjectVersion", objects)) }] })],
      [/may s3:DeleteObjectVersion/, aws("ssoadmin/permissionSetInlinePolicy", { inlinePolicy: document(allow(["s3:PutObject", "s3:DeleteObjectVersion"], objects)) })],
      [/may s3:BypassGovernanceRetention/, aws("iam/userPolicy", { policy: document(allow(["s3:PutObject", "s3:BypassGovernanceRetention"], objects)) })],
    ],
    unknown: [aws("iam/groupPolicy", { policy: unknown })],
  },
  "backup-writer-together": {
    kept: [
      [writes("groupPolicy", { group: "a" }), destroys("groupPolicy", { group: "b" })], [writes("rolePolicy", { role: "a" }), destroys("groupPolicy", { group: "a" })],
      [writes("groupPolicy", { group: "a" }), aws("iam/groupPolicy", { group: "a", policy: document(allow("s3:GetObject", objects)) }, { name: "reads" })],
      [writes("groupPolicy", { group: "a" }, { Effect: "Deny", Action: ["s3:Delete*", "s3:Put*Policy", "kms:*"], Resource: "*" }), destroys("groupPolicy", { group: "a" })],
      // Told by the rule of one document.
      [aws("iam/groupPolicy", { group: "a", policy: document(allow(["s3:PutObject", "s3:DeleteObjectVersion"], objects)) }), aws("iam/groupPolicy", { group: "a", policy: document(allow("s3:GetObject", objects)) }, { name: "reads" })],
      [writes("policy", {}), destroys("policy", {}), attached("groupPolicyAttachment", { group: "a" }, "writes"), attached("groupPolicyAttachment", { group: "b" }, "destroys")],
      [...named("user"), aws("kms/keyPolicy", { policy: document({ Effect: "Allow", Principal: { AWS: arnOf("user") }, Action: "kms:Decrypt", Resource: "*" }, { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789012:role/keeper" }, Action: "kms:ScheduleKeyDeletion", Resource: "*" },
        { Effect: "Deny", Principal: { AWS: arnOf("user") }, Action: "kms:*", Resource: "*" }) })],
    ],
    broken: [
      ...["group", "role", "user"].map((kind): [RegExp, ...Sample[]] => [/may s3:DeleteObjectVersion, s3:PutBucketPolicy, kms:DisableKey/, writes(`${kind}Policy`, { [kind]: "a" }), destroys(`${kind}Policy`, { [kind]: "a" })]),
      // One is enough.
      [/may s3:DeleteObjectVersion$/m, writes("groupPolicy", { group: "a" }), aws("iam/groupPolicy", { group: "a", policy: document(allow("s3:DeleteObjectVersion", objects)) }, { name: "deletes" })],
      // By reference and by name.
      [/may s3:DeleteObjectVersion/, group, { ...writes("groupPolicy", { group: unknown }), refs: { group: ["writers"] } }, destroys("groupPolicy", { group: "writers" })],
      [/may s3:DeleteObjectVersion/, aws("iam/role", { name: "a", inlinePolicies: [{ policy: document(allow("s3:PutObject", objects)) }] }), destroys("rolePolicy", { role: "a" })],
      // Policies that are attached, each way.
      ...["group", "role", "user"].flatMap((kind): [RegExp, ...Sample[]][] => [
        [/may s3:DeleteObjectVersion/, writes("policy", {}), destroys(`${kind}Policy`, { [kind]: "a" }), attached(`${kind}PolicyAttachment`, { [kind]: "a" }, "writes")],
        [/may s3:DeleteObjectVersion/, writes("policy", {}), destroys("policy", {}), attached("policyAttachment", { [`${kind}s`]: ["b", "a"] }, "writes"),
          aws(`iam/${kind}PolicyAttachmentsExclusive`, { [`${kind}Name`]: "a", policyArns: [unknown] }, { name: "exclusive", refs: { policyArns: ["destroys"] } })],
      ]),
      [/may s3:DeleteObjectVersion/, writes("policy", { arn: "arn:w" }), aws("iam/role", { name: "a", managedPolicyArns: ["arn:w"] }), destroys("rolePolicy", { role: "a" })],
      // A resource's own policy gives as well, to whom it names.
      ...[["kms/keyPolicy", "kms:ScheduleKeyDeletion"], ["kms/key", "kms:ScheduleKeyDeletion"], ["s3/bucketPolicy", "s3:DeleteObjectVersion"]].flatMap(([path, action]) => ["user", "role"].map((kind): [RegExp, ...Sample[]] => [new RegExp(`may ${action}`), ...named(kind),
        aws(path, { policy: document({ Effect: "Allow", Principal: { AWS: [stranger, arnOf(kind)] }, Action: action, Resource: "*" }) }, { name: "by-resource" })])),
      // A group that is only referred to.
      [/may s3:DeleteObjectVersion/, group, { ...writes("groupPolicy", { group: "others" }), refs: { group: ["writers"] } }, destroys("groupPolicy", { group: "others" })],
      // A user has what its groups have, the one that is named and the one that is referred to.
      [/may s3:DeleteObjectVersion/, user, group, writes("groupPolicy", { group: "writers" }), destroys("userPolicy", { user: "one" }), member],
      [/may s3:DeleteObjectVersion/, group, writes("groupPolicy", { group: "writers" }), destroys("groupPolicy", { group: "b" }), aws("iam/userGroupMembership", { user: "one", groups: ["writers", "b"] }, { name: "m", refs: { groups: ["writers"] } })],
      [/may s3:DeleteObjectVersion/, writes("groupPolicy", { group: "a" }), destroys("userPolicy", { user: "one" }), aws("iam/groupMembership", { users: ["two", "one"], group: "a" }, { name: "m" })],
    ],
    unknown: [aws("iam/groupPolicy", { group: "a", policy: unknown })],
  },
  "iam-public-principal": {
    kept: alone(role(trusts({ Service: "ec2.amazonaws.com" })), aws("s3/bucketPolicy", { policy: document({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" }) }), aws("kms/key", {}), aws("kms/key", { policy: "" }), aws("s3/bucket", {})),
    broken: [
      [/lets everyone in/, aws("kms/key", { policy: '{"Statement":[' })],
      // Checkov CKV_AWS_33, 60, 70, 283 and Trivy AWS-0346, failing.
      ...["s3/bucketPolicy", "s3/bucket", "kms/key", "kms/keyPolicy", "kms/externalKey", "kms/replicaKey", "kms/replicaExternalKey", "s3/accessPoint", "s3/filesFileSystemPolicy", "s3/vectorsVectorBucketPolicy", "s3control/bucketPolicy",
        "s3control/accessPointPolicy", "s3control/objectLambdaAccessPointPolicy", "s3control/accessGrantsInstanceResourcePolicy",
        // Checkov CKV_AWS_32, 168, 169, failing.
        "secretsmanager/secret", "secretsmanager/secretPolicy", "sqs/queue", "sqs/queuePolicy", "sns/topic", "sns/topicPolicy", "ecr/repositoryPolicy", "backup/vaultPolicy"].flatMap((path): [RegExp, Sample][] => ["*", { AWS: "*" }, { AWS: ["arn:aws:iam::111122223333:root", "*"] }, ["foo", "*"]]
        .map((Principal) => [/lets everyone in/, aws(path, { policy: document({ Effect: "Allow", Principal, Action: "s3:GetObject", Resource: "*" }) })])),
      [/lets everyone in/, role(trusts({ AWS: "*" }))], [/lets everyone in/, role(trusts({ aws: "*" }))], [/lets everyone in/, aws("s3/bucketPolicy", { policy: document({ Effect: "Allow", NotPrincipal: { AWS: "arn:aws:iam::1:user/a" }, Action: "s3:GetObject", Resource: "*" }) })],
      [/lets everyone in/, aws("s3/bucketPolicy", { policy: document({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*", Condition: { ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::*" } } }) })],
      [/lets everyone in/, aws("s3control/multiRegionAccessPointPolicy", { details: { policy: document({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }) } })],
      ...["tableBucketPolicy", "tablePolicy"].map((word): [RegExp, Sample] => [/lets everyone in/, aws(`s3tables/${word}`, { resourcePolicy: document({ Effect: "Allow", Principal: "*", Action: "s3tables:GetTable", Resource: "*" }) })]),
      [/lets everyone in/, digitalocean("spacesBucketPolicy", { policy: document({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }) })],
    ],
    unknown: [aws("s3/bucketPolicy", { policy: unknown })],
  },
  "iam-role-own-account": {
    kept: [
      ...[{ AWS: "arn:aws:iam::123456789012:role/deployer" }, { AWS: "123456789012" }, { AWS: "*" }, { Service: "ec2.amazonaws.com" }, { Federated: "cognito-identity.amazonaws.com" }].map((who) => [own, role(trusts(who))]),
      ...[{ StringEquals: { "sts:ExternalId": "x" } }, { Bool: { "aws:MultiFactorAuthPresent": "true" } }].map((condition) => [own, role(trusts({ AWS: stranger }, condition))]),
      [own, role({ ...trusts({ AWS: stranger }), Effect: "Deny" })],
    ],
    broken: [
      [/an identity of 999999999999 may assume it/, own, role(trusts({ AWS: stranger }))], [/an identity of 999999999999/, own, role(trusts({ AWS: ["arn:aws:iam::123456789012:role/deployer", stranger] }))],
      [/somebody of no account/, own, role(trusts({ AWS: "AIDAQ" }))], [/an identity of 999999999999/, role(trusts({ AWS: stranger }))],
    ],
    unknown: [own, aws("iam/role", { assumeRolePolicy: unknown })],
  },
  "iam-role-account": {
    kept: alone(role(trusts({ AWS: "arn:aws:iam::123456789012:role/deployer" })), ...[
      { StringEquals: { "sts:ExternalId": "x" } }, { StringEquals: { "STS:externalid": ["x", "y"] } },
      { Bool: { "aws:MultiFactorAuthPresent": "true" } }, { Bool: { "aws:multifactorauthpresent": true } },
      // An identity by name; a permission set's role has an end that AWS makes up.
      { ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/ops" } }, { StringEquals: { "aws:principalarn": ["arn:aws:iam::123456789012:role/ops", "arn:aws:iam::123456789012:user/a/one"] } },
      ...["", "*/", "eu-central-1/"].map((path) => ({ ArnLike: { "aws:PrincipalArn": `arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/${path}AWSReservedSSO_Operators_*` } })),
    ].map((condition) => role(trusts({ AWS: "123456789012" }, condition)))),
    broken: [
      // Checkov CKV_AWS_61, failing.
      [/a whole account/, role(trusts({ AWS: "arn:aws:iam::123456789012:root" }))],
      // These mention a second factor or an id, and let in who has neither.
      ...[
        { Bool: { "aws:SecureTransport": "true" } }, { BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } }, { Null: { "aws:MultiFactorAuthPresent": "true" } },
        { Bool: { "aws:MultiFactorAuthPresent": "false" } }, { Bool: { "aws:MultiFactorAuthPresent": ["true", "false"] } }, { Bool: { "aws:MultiFactorAuthPresent": [] } },
        { StringLike: { "sts:ExternalId": "*" } }, { StringNotEquals: { "sts:ExternalId": "x" } }, { StringEqualsIfExists: { "sts:ExternalId": "x" } },
        { StringEquals: { "sts:ExternalId": ["x", "${aws:PrincipalAccount}"] } }, { StringEquals: { "sts:ExternalId": "" } },
        ...["*", "arn:aws:iam::123456789012:*", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:role/ops*", "arn:aws:iam::*:role/ops", "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*", "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_*",
          ["arn:aws:iam::123456789012:role/ops", "*"], "arn:aws:iam::123456789012:root"].map((name) => ({ ArnLike: { "aws:PrincipalArn": name } })),
        { ArnNotEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/ops" } }, { ArnLikeIfExists: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/ops" } },
      ].map((condition): [RegExp, Sample] => [/a whole account/, role(trusts({ AWS: ["123456789012"] }, condition))]),
    ],
    unknown: [aws("iam/role", { assumeRolePolicy: unknown })],
  },
  "ci-role-bound": {
    kept: alone(ci("repo:myOrg/myRepo:ref:refs/heads/main"), ci("repo:myOrg/myRepo:environment:production"), ci(["repo:myOrg/myRepo:ref:refs/tags/v1", "repo:myOrg/myRepo:pull_request"]), role(trusts({ Service: "ec2.amazonaws.com" })),
      role(trusts({ Federated: "arn:aws:iam::123456123456:oidc-provider/gitlab.com" }, { StringEquals: { "gitlab.com:sub": "project_path:a/b:ref_type:branch:ref:main" } })), role(trusts({ Federated: "arn:aws:iam::123456123456:saml-provider/people" })),
      role(trusts({ Federated: "arn:aws:iam::123456123456:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/1" }, { StringEquals: { "oidc.eks.eu-central-1.amazonaws.com/id/1:sub": "system:serviceaccount:a:b" } })),
      role(trusts({ Federated: "cognito-identity.amazonaws.com" }, { StringEquals: { "cognito-identity.amazonaws.com:aud": "eu-central-1:1" } }))),
    broken: [
      // Checkov CKV_AWS_358 and 393, failing.
      [/names no repository[^]*names no audience/, role(trusts(federated))], [/does not name one repository/, ci("invalid")], [/does not name one repository/, ci("*")], [/does not name one repository/, ci("workflow:github-actions:repo:myOrg/myRepo:ref:refs/heads/MyBranch")],
      [/does not name one repository/, ci("repo:*")], [/does not name one repository/, ci("repo:myOrg*")], [/does not name one repository/, ci("repo:myOrg/*", "StringLike")], [/does not name one repository/, ci("repo:myOrg/myRepo:*", "StringLike")],
      [/names no audience/, ci("repo:myOrg/myRepo:ref:refs/heads/main", "StringEquals", "")], [/no repository/, ci("repo:myOrg/myRepo:ref:refs/heads/main", "StringNotEquals")],
      [/does not name one repository/, ci(["repo:myOrg/myRepo:ref:refs/heads/main", "repo:myOrg/myRepo:*"])],
      [/names no audience/, ci("repo:myOrg/myRepo:ref:refs/heads/main", "StringEquals", ["sts.amazonaws.com", "https://github.com/another"])],
      [/names no repository/, role(trusts({ federated: federated.Federated }))],
      // Others that say who somebody is: anyone can have an account there.
      ...[undefined, { StringEquals: { "gitlab.com:aud": "sts.amazonaws.com" } }, { StringLike: { "gitlab.com:sub": "project_path:*" } }, { StringEquals: { "gitlab.com:sub": "" } }, { StringNotEquals: { "gitlab.com:sub": "a" } }]
        .map((condition): [RegExp, Sample] => [/names no subject of gitlab.com/, role(trusts({ Federated: "arn:aws:iam::123456123456:oidc-provider/gitlab.com" }, condition))]),
      [/names no subject of accounts.google.com/, role(trusts({ Federated: "accounts.google.com" }, { StringEquals: { "accounts.google.com:aud": "my-app" } }))],
      [/names no subject of cognito-identity.amazonaws.com/, role(trusts({ Federated: "cognito-identity.amazonaws.com" }))],
    ],
    unknown: [aws("iam/role", { assumeRolePolicy: unknown })],
  },
  "iam-user-policy": {
    kept: alone(aws("iam/policyAttachment", { groups: ["a"], policyArn: "x" }), aws("iam/userPolicyAttachmentsExclusive", { userName: "a", policyArns: [] })),
    // Checkov CKV_AWS_40 and Trivy AWS-0143, failing.
    broken: [[/to a user/, aws("iam/userPolicy", {})], [/to a user/, aws("iam/userPolicyAttachment", {})], [/to a user/, aws("iam/policyAttachment", { users: ["a"], groups: ["b"] })],
      [/to a user/, aws("iam/userPolicyAttachmentsExclusive", { userName: "a", policyArns: ["x"] })]],
    unknown: [aws("iam/policyAttachment", { users: unknown })],
  },
  "iam-admin-policy": {
    kept: alone(...["123456789012:policy/own", "123456789012:policy/OwnFullAccess", "aws:policy/AmazonEC2ReadOnlyAccess", "aws:policy/service-role/AWSLambdaBasicExecutionRole"].map((end) => aws("iam/rolePolicyAttachment", { policyArn: `arn:aws:iam::${end}` })), aws("iam/role", {})),
    broken: [
      // Checkov CKV_AWS_274, CKV2_AWS_56 and Trivy AWS-0345, failing.
      ...["groupPolicyAttachment", "rolePolicyAttachment", "userPolicyAttachment", "policyAttachment"].map((word): [RegExp, Sample] => [/gives AdministratorAccess/, aws(`iam/${word}`, { policyArn: admin })]),
      [/gives AdministratorAccess/, aws("iam/role", { managedPolicyArns: [admin] })], [/gives IAMFullAccess/, aws("iam/rolePolicyAttachment", { policyArn: "arn:aws:iam::aws:policy/IAMFullAccess" })],
      [/gives AmazonS3FullAccess/, aws("iam/rolePolicyAttachment", { policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" })], [/gives Admin/, aws("ssoadmin/managedPolicyAttachment", { managedPolicyArn: admin })],
      ...["group", "role", "user"].map((who): [RegExp, Sample] => [/gives AdministratorAccess/, aws(`iam/${who}PolicyAttachmentsExclusive`, { [`${who}Name`]: "one", policyArns: ["arn:aws:iam::123456789012:policy/own", admin] })]),
      ...["job-function/SystemAdministrator", "AmazonRDSFullAccess", "service-role/AmazonEC2FullAccess", "AWSKeyManagementServicePowerUser", "AdministratorAccess-Amplify"].map((name): [RegExp, Sample] => [/it gives/, aws("iam/rolePolicyAttachment", { policyArn: `arn:aws:iam::aws:policy/${name}` })]),
      // These read all that is stored.
      ...["ReadOnlyAccess", "SecretsManagerReadWrite", "AmazonS3ReadOnlyAccess", "AmazonSSMReadOnlyAccess", "AmazonDynamoDBReadOnlyAccess", "service-role/AmazonEC2RoleforSSM"].map((name): [RegExp, Sample] => [new RegExp(`gives ${name.slice(name.indexOf("/") + 1)}`), aws("iam/groupPolicyAttachment", { policyArn: `arn:aws:iam::aws:policy/${name}` })]),
      [/gives Admin/, aws("ssoadmin/managedPolicyAttachmentsExclusive", { managedPolicyArns: [admin] })],
    ],
    unknown: [aws("iam/rolePolicyAttachment", { policyArn: unknown })],
  },
  "iam-console": {
    kept: alone(user),
    // Checkov CKV2_AWS_22, failing.
    broken: [[/gives a user a password/, aws("iam/userLoginProfile", { user: "one" })]],
  },
  "iam-root-key": {
    kept: alone(aws("iam/accessKey", { user: "one" })),
    // Checkov CKV_AWS_348 and Trivy AWS-0141, failing.
    broken: [[/key of the root user/, aws("iam/accessKey", { user: "root" })], [/key of the root user/, aws("iam/accessKey", { user: "arn:aws:iam::123456789012:root" })]],
    unknown: [aws("iam/accessKey", { user: unknown })],
  },
  "iam-user-key": {
    kept: [[user, keyOf("first")], [user]],
    broken: [[/more than one access key/, user, keyOf("first"), keyOf("second")]],
  },
  "iam-user-group": {
    kept: [[user, group, member], [user, aws("iam/groupMembership", { users: unknown, group: unknown }, { name: "m", refs: { users: ["one"] } })]],
    broken: [
      // Checkov CKV2_AWS_21, failing.
      [/in no group/, user], [/in no group/, user, group, { ...member, props: { user: "two", groups: ["writers"] } }],
      [/in no group/, user, aws("iam/userGroupMembership", { user: "one", groups: [] }, { name: "m" })],
      // A reference that the name does not come from.
      [/in no group/, user, aws("iam/userGroupMembership", { user: "two", groups: ["writers"] }, { name: "m", refs: { user: ["one"] } })],
    ],
  },
  "iam-group-used": {
    kept: [[user, group, member]],
    // Checkov CKV2_AWS_14, failing.
    broken: [[/no member/, group], [/no member/, group, { ...member, props: { user: "one", groups: ["others"] } }],
      ...[[], undefined].map((users): [RegExp, ...Sample[]] => [/no member/, group, aws("iam/groupMembership", { users, group: "writers" }, { name: "m" })])],
  },
  "iam-password-policy": {
    kept: alone(passwords({})),
    broken: [
      // Checkov CKV_AWS_9 to 15 and Trivy AWS-0056 to 63, failing.
      [/shorter than 14[^]*no lowercase letter[^]*no uppercase letter[^]*no digit[^]*no symbol[^]*older than 90 days[^]*last 24/, aws("iam/accountPasswordPolicy", {})],
      [/shorter than 14/, passwords({ minimumPasswordLength: 8 })], [/older than 90/, passwords({ maxPasswordAge: 0 })], [/older than 90/, passwords({ maxPasswordAge: 91 })], [/last 24/, passwords({ passwordReusePrevention: 1 })],
      [/no digit/, passwords({ requireNumbers: false })],
    ],
    unknown: [passwords({ minimumPasswordLength: unknown })],
  },
});

test("documents that are harmful together are reported once, though both the group and its user have them", () => {
  const samples = [user, group, writes("groupPolicy", { group: "writers" }), destroys("groupPolicy", { group: "writers" }), member];
  expect(judge(samples, { of: [ruleNamed("backup-writer-together")] }).map(({ urn }) => urn)).toEqual([urnOf(samples[3])]);
});

test("the program's own backup writer violates no rule", () => {
  const sample = aws("iam/groupPolicy", { policy: writerPolicy(["arn:aws:s3:::a", "arn:aws:s3:::b"], "arn:aws:kms:eu-central-1:123456789012:key/1") });
  expect(judge([sample])).toEqual([]);
});
