import { accountIn, ownership } from "../data/own-account";
import { ruleFor, type Rule } from "../rule";
import { eachKnown } from "../unknown";
import type { RoleArgs } from "@pulumi/aws/iam";
import { policyDocument, valuesOf, type Statement } from "./document";
import { isEveryone, resourceStatements, resourceTypes } from "./documents";

const role = "aws:iam/role:Role";
const github = "token.actions.githubusercontent.com";

/** Repository and ref (or environment) named in full; `*` in neither. */
const boundSubject = /^repo:[\w.-]+\/[\w.-]+:(ref:refs\/(heads|tags)\/[^*?]+|environment:[^*?]+|pull_request)$/;

/** Values that a statement asks of a provider's claim, by an operator that asks for all of them. */
const asked = (statement: Statement, claim: string, provider = github): string[] =>
  ["StringEquals", "StringLike", "ForAnyValue:StringEquals", "ForAnyValue:StringLike"].flatMap((operator) => valuesOf(statement, operator, `${provider}:${claim}`));

const cognito = "cognito-identity.amazonaws.com";

/** Whom else a statement believes to say who somebody is, other than a company's own SAML. */
const otherProviders = ({ principals }: Statement): string[] => principals.filter((who) => who.startsWith("Federated:") && !isEveryone(who) && !who.includes(":saml-provider/"))
  .map((who) => who.replace(/^Federated:(.*:oidc-provider\/)?/, "")).filter((provider) => provider !== github);

/** An identity by its full name, or the role of a permission set, of whose name IAM Identity Center makes up the end (and the path, by its region). */
const identity = /^arn:[^:*?]*:iam::\d{12}:((role|user)\/[^*?$]+|role\/aws-reserved\/sso\.amazonaws\.com\/((\*|[\w-]+)\/)?AWSReservedSSO_[\w+=,.@-]+_\*)$/;

/**
 * Whether a statement holds only with a second factor, with an id that the account was told, or for identities by name.
 * With BoolIfExists, Null or a negation who brings none of these is let in, and a pattern or a variable is no id.
 */
function isNarrowed(statement: Statement): boolean {
  const factor = valuesOf(statement, "Bool", "aws:MultiFactorAuthPresent");
  const ids = valuesOf(statement, "StringEquals", "sts:ExternalId");
  const names = ["ArnEquals", "ArnLike", "StringEquals", "StringLike"].map((operator) => valuesOf(statement, operator, "aws:PrincipalArn"));
  const asks = (values: string[], pattern: RegExp) => values.length > 0 && values.every((value) => pattern.test(value));
  return asks(factor, /^true$/) || asks(ids, /^[^*?$]+$/) || names.some((values) => asks(values, identity));
}

export const trustRules: Rule[] = [
  {
    name: "iam-public-principal",
    types: resourceTypes,
    chapter: "Identity",
    severity: "critical",
    demands: "The policies of buckets, keys, secrets, queues, topics, registries and roles name every principal.",
    wrong: "Everyone in the world, or everyone with an AWS account, has access.",
    fix: "name the principal by ARN or service; a condition is not enough.",
    answers: ["CKV_AWS_32", "CKV_AWS_33", "CKV_AWS_60", "CKV_AWS_70", "CKV_AWS_168", "CKV_AWS_169", "CKV_AWS_283", "AWS-0346", "iam-assume-role-policy-allows-all", "s3-bucket-world-policy-arg", "s3-bucket-world-policy-star",
      "spaces-buckets-public-read", "spaces-buckets-public-write"],
    *check(inputs, { type }) {
      for (const { effect, principals, notPrincipals } of resourceStatements(type, inputs)) {
        if (effect === "Allow" && (principals.some(isEveryone) || notPrincipals.length > 0)) yield "it lets everyone in";
      }
    },
  },
  ruleFor<RoleArgs>(role, {
    name: "iam-role-account",
    chapter: "Identity",
    severity: "high",
    demands: "A role is assumed by named identities or services, not by whole accounts, unless with MFA, an external id or the identity in a condition.",
    wrong: "Any credential of that account is enough to assume the role.",
    fix: "name the role or user that assumes it; a permission set's role by ArnLike aws:PrincipalArn arn:aws:iam::<account>:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_<name>_*; for another company's account, ask for StringEquals sts:ExternalId or Bool aws:MultiFactorAuthPresent true.",
    answers: ["CKV_AWS_61", "iam-assume-role-lacks-external-id-and-mfa", "iam-assume-role-no-mfa"],
    *check({ assumeRolePolicy }) {
      for (const statement of policyDocument(assumeRolePolicy)) {
        const { effect, principals } = statement;
        if (effect === "Allow" && !isNarrowed(statement) && principals.some((who) => /^AWS:(\d{12}|arn:[^:]*:iam::\d{12}:root)$/.test(who))) yield "a whole account may assume it";
      }
    },
  }),
  {
    name: "iam-role-own-account",
    of: [role],
    chapter: "Identity",
    severity: "high",
    demands: "A role is assumed by identities of the stack's own account; an identity of another account needs an external id or MFA.",
    wrong: "Stolen credentials of that identity, which this stack's rules do not cover, are enough to assume the role.",
    fix: "name an identity of the stack's own account; for another company's, ask for StringEquals sts:ExternalId or Bool aws:MultiFactorAuthPresent true.",
    answers: ["iam-assume-role-lacks-external-id-and-mfa"],
    *check(resources) {
      const isOwn = ownership(resources);
      yield* eachKnown(resources.filter(({ type }) => type === role), function* ({ urn, props }) {
        const trusting = policyDocument(props.assumeRolePolicy).filter((statement) => statement.effect === "Allow" && !isNarrowed(statement));
        const named = trusting.flatMap(({ principals }) => principals).filter((who) => who.startsWith("AWS:") && !isEveryone(who)).map((who) => who.slice("AWS:".length));
        for (const name of new Set(named)) if (!isOwn(name)) yield { urn, found: `${accountIn(name) === undefined ? "somebody of no account that the stack is in" : `an identity of ${accountIn(name)}`} may assume it` };
      });
    },
  },
  ruleFor<RoleArgs>(role, {
    name: "ci-role-bound",
    chapter: "Identity",
    severity: "critical",
    demands: "CI assumes a role by OIDC, bound to one repository and a branch, tag or environment of it; an identity of another provider is bound to its subject.",
    wrong: "A workflow of another repository or of any branch, or anyone with an account at the provider, can assume the role.",
    fix: `ask for StringEquals ${github}:aud sts.amazonaws.com and ${github}:sub repo:<owner>/<name>:ref:refs/heads/<branch> (or :environment:<name>); for another provider, StringEquals <provider>:sub with the subject in full.`,
    answers: ["CKV_AWS_358", "CKV_AWS_393"],
    *check({ assumeRolePolicy }) {
      for (const statement of policyDocument(assumeRolePolicy)) {
        if (statement.effect !== "Allow") continue;
        for (const provider of otherProviders(statement)) {
          // Cognito's users are of a pool, which is the audience.
          const named = asked(statement, provider === cognito ? "aud" : "sub", provider);
          if (named.length === 0 || !named.every((value) => /^[^*?]+$/.test(value))) yield `its condition names no subject of ${provider}`;
        }
        if (!statement.principals.some((who) => who.startsWith("Federated:") && who.includes(github))) continue;
        const subjects = asked(statement, "sub");
        if (subjects.length === 0) yield "its condition names no repository";
        else if (!subjects.every((subject) => boundSubject.test(subject))) yield "its condition does not name one repository and branch";
        const audiences = asked(statement, "aud");
        if (audiences.length === 0 || !audiences.every((each) => each === "sts.amazonaws.com")) yield "its condition names no audience";
      }
    },
  }),
];
