import type { Account } from "./account";

/** A statement of an AWS policy, as far as this S3 needs to understand it. */
interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: unknown;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** A statement as the gateway accepts it: principals are access keys, and there are no conditions. */
export interface GatewayStatement {
  Effect: "Allow" | "Deny";
  Principal: { AWS: string[] } | "*";
  Action: string[];
  Resource: string[];
}

/** A refusal as AWS words it. */
export const malformed = (why: string): Error => new Error(`MalformedPolicyDocument: ${why}`);

const known = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];

/**
 * Reads a policy document.
 * @throws on what AWS would not accept, and on what this account cannot enforce, which is never silently ignored
 */
export function parsePolicy(text: string, kind: "identity" | "resource"): Statement[] {
  let document: { Version?: unknown; Statement?: unknown };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    throw malformed("this policy contains invalid JSON");
  }
  if (document.Version !== "2012-10-17") throw malformed("the policy's Version must be 2012-10-17");
  const statements = [document.Statement ?? []].flat() as Statement[];
  if (statements.length === 0) throw malformed("the policy has no statement");
  for (const statement of statements) {
    const stranger = Object.keys(statement).find((name) => !known.includes(name));
    if (stranger !== undefined) throw malformed(`this account does not know the element ${stranger}`);
    if (statement.Effect !== "Allow" && statement.Effect !== "Deny") throw malformed("Effect must be Allow or Deny");
    if (!statement.Action || !statement.Resource) throw malformed("a statement needs Action and Resource");
    if ((statement.Principal !== undefined) !== (kind === "resource")) {
      throw malformed(kind === "resource" ? "a statement needs a Principal" : "an identity's policy has no Principal");
    }
    concerns(statement); // throws on a condition that cannot be evaluated
  }
  return statements;
}

/** Whether every condition of the statement holds for any holder of an access key. S3 answers only over TLS, here as with AWS's own clients. */
function concerns({ Condition, Principal }: Statement): boolean {
  const service = isService(Principal);
  return Object.entries(Condition ?? {}).every(([operator, tests]) => Object.entries(tests).every(([key, value]) => {
    if (operator === "Bool" && key === "aws:SecureTransport") return [value].flat().includes("true");
    if (service) return false; // AWS's own services, which are not here
    throw malformed(`this account cannot evaluate the condition ${operator} ${key}`);
  }));
}

const isService = (principal: unknown): boolean =>
  typeof principal === "object" && principal !== null && "Service" in principal && !("AWS" in principal);

/** Whether a pattern of a policy (`*` and `?`) matches. */
export function matches(pattern: string, text: string): boolean {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${expression}$`).test(text);
}

const s3Arn = "arn:aws:s3:::";

/** Those of a statement's resources that are in this bucket: the bucket itself, and patterns of its objects. */
function within(bucket: string, resources: string[]): string[] {
  const itself = `${s3Arn}${bucket}`;
  const found = resources.flatMap((resource) => {
    if (resource === "*") return [itself, `${itself}/*`];
    if (!resource.startsWith(s3Arn)) return [];
    const [of, ...object] = resource.slice(s3Arn.length).split("/");
    if (!matches(of, bucket)) return [];
    return object.length === 0 ? [itself, ...(of.endsWith("*") ? [`${itself}/*`] : [])] : [`${itself}/${object.join("/")}`];
  });
  return [...new Set(found)];
}

/** The named S3 actions; none if the statement is about another service. */
const s3Actions = (actions: string[]): string[] =>
  actions.flatMap((action) => (action === "*" ? ["s3:*"] : action.startsWith("s3:") ? [action] : []));

function translate(statement: Statement, bucket: string, principal: GatewayStatement["Principal"]): GatewayStatement[] {
  const action = s3Actions([statement.Action].flat());
  const resource = within(bucket, [statement.Resource].flat());
  if (action.length === 0 || resource.length === 0 || !concerns(statement)) return [];
  return [{ Effect: statement.Effect, Principal: principal, Action: action, Resource: resource }];
}

const keysOf = (account: Account, user: string): string[] =>
  Object.entries(account.users[user]?.accessKeys ?? {}).filter(([, key]) => key.active).map(([id]) => id);

/** Whom a bucket policy's statement is about. */
function principalsOf(account: Account, statement: Statement): GatewayStatement["Principal"] | undefined {
  const { Principal: given } = statement;
  if (given === "*" || isEverybody(given)) return "*";
  if (isService(given)) return undefined;
  const everyKey = Object.keys(account.users).flatMap((user) => keysOf(account, user));
  const keys = [(given as { AWS: string | string[] }).AWS].flat().flatMap((arn) => {
    // The account itself: a denial applies to all its identities, a permission leaves the decision to their own policies.
    if (arn === account.id || arn === `arn:aws:iam::${account.id}:root`) return statement.Effect === "Deny" ? everyKey : [];
    const user = Object.entries(account.users).find(([, each]) => each.arn === arn)?.[0];
    if (user === undefined) throw malformed(`Invalid principal in policy: ${arn}`);
    return keysOf(account, user);
  });
  return keys.length === 0 ? undefined : { AWS: keys };
}

const isEverybody = (principal: unknown): boolean =>
  typeof principal === "object" && principal !== null && (principal as { AWS?: unknown }).AWS === "*";

/**
 * What the gateway must enforce for one bucket: its own policy, and those of the identities that have a key, in one.
 * A denial anywhere wins, as in AWS.
 */
export function effectivePolicy(account: Account, bucket: string): GatewayStatement[] {
  const own = account.buckets[bucket]?.settings.policy?.policy as string | undefined;
  const fromBucket = own === undefined ? [] : parsePolicy(own, "resource").flatMap((statement) => {
    const principal = principalsOf(account, statement);
    return principal === undefined ? [] : translate(statement, bucket, principal);
  });
  const fromIdentities = Object.keys(account.users).flatMap((user) => {
    const keys = keysOf(account, user);
    const policies = account.users[user].groups.flatMap((group) => Object.values(account.groups[group]?.policies ?? {}));
    return keys.length === 0 ? [] : policies.flatMap((policy) => parsePolicy(policy, "identity"))
      .flatMap((statement) => translate(statement, bucket, { AWS: keys }));
  });
  return [...fromBucket, ...fromIdentities];
}

/** Whether a bucket policy gives access to strangers to this account. */
export const isPublic = (policy: string): boolean =>
  parsePolicy(policy, "resource").some((s) => s.Effect === "Allow" && (s.Principal === "*" || isEverybody(s.Principal)));
