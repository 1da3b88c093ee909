/** Who from outside comes to what the stack stores: another account, by name, or whoever has a service of AWS act for him. */
import type { PolicyResource } from "@pulumi/policy";
import { valuesOf, type Statement } from "../identity/document";
import { isEveryone, resourceStatements, resourceTypes } from "../identity/documents";
import type { Rule } from "../rule";
import { eachKnown } from "../unknown";
import { accountIn, ownership } from "./own-account";

const isOf = (services: string) => (type: string): boolean => new RegExp(`^aws:(${services})/`).test(type);
const withDocument = resourceTypes.filter(isOf("s3|s3control|s3tables|kms|secretsmanager|sqs|sns|ecr|backup"));

/** Of these every one that is given counts, and of the values of one all. */
const sources = ["aws:SourceAccount", "aws:SourceArn"];
const operators = ["StringEquals", "StringLike", "ArnEquals", "ArnLike"];

/** For whom a service must act, by each condition that says so. */
const sourcesOf = (statement: Statement): string[][] =>
  sources.flatMap((key) => operators.map((operator) => valuesOf(statement, operator, key))).filter((values) => values.length > 0);

/** An account, or a resource whose ARN has none, as a bucket's. */
const isNamed = (text: string): boolean => accountIn(text) !== undefined || /^arn:[^:]*:[^:]*:[^:]*::[^*?]+$/.test(text);

/** Each way in, as all the names that it may be taken by: it is the stack's own if one of them is wholly so. */
function waysIn(statement: Statement): string[][][] {
  if (statement.effect !== "Allow") return [];
  const [services, others] = [true, false].map((wanted) => statement.principals.filter((who) => !isEveryone(who) && who.startsWith("Service:") === wanted));
  return [...(services.length > 0 ? [sourcesOf(statement)] : []), ...others.map((who) => [[who.replace(/^(AWS|Federated|CanonicalUser):/, "")]])].filter((way) => way.length > 0);
}

/** What each type lets in beside its document. */
const named: Record<string, (inputs: any) => (string | undefined)[]> = {
  "aws:kms/grant:Grant": ({ granteePrincipal, retiringPrincipal }) => [granteePrincipal, retiringPrincipal],
  "aws:s3control/accessGrant:AccessGrant": ({ grantee }) => (grantee.granteeType === "IAM" ? [grantee.granteeIdentifier] : []),
  // A copy is as good as the thing.
  ...Object.fromEntries(["snapshot:Snapshot", "snapshotCopy:SnapshotCopy", "clusterSnapshot:ClusterSnapshot", "clusterSnapshotCopy:ClusterSnapshotCopy"].map((word) => [`aws:rds/${word}`, ({ sharedAccounts }: any) => sharedAccounts ?? []])),
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ({ rules }) => rules.map(({ destination }: any) => destination.account ?? destination.bucket),
};

const guestsOf = ({ type, props }: PolicyResource): string[][][] =>
  (type in named ? named[type](props).filter((who) => who !== undefined).map((who) => [[who]]) : resourceStatements(type, props).flatMap(waysIn));

export const guestRules: Rule[] = [
  {
    name: "data-service-bound",
    types: withDocument.filter(isOf("s3|s3control|s3tables")),
    chapter: "Data",
    severity: "high",
    demands: "An AWS service may use a bucket only on behalf of a named account or resource.",
    wrong: "The service acts for anyone in any account: a stranger's distribution, trail or log could read or write the bucket.",
    fix: "add the condition StringEquals aws:SourceAccount with the account's number, or ArnEquals aws:SourceArn with the resource that the service acts for (a CloudFront distribution, the logged bucket).",
    answers: [],
    *check(inputs, { type }) {
      for (const statement of resourceStatements(type, inputs)) {
        const services = statement.principals.filter((who) => who.startsWith("Service:") && !isEveryone(who));
        if (statement.effect === "Allow" && services.length > 0 && !sourcesOf(statement).some((values) => values.every(isNamed))) {
          yield `it lets ${services.map((who) => who.slice(who.indexOf(":") + 1)).join(", ")} in for anybody`;
        }
      }
    },
  },
  {
    name: "data-own-account",
    of: [...withDocument, ...Object.keys(named)],
    chapter: "Data",
    severity: "critical",
    demands: "No other account can access a bucket, key, secret, queue, topic, registry or RDS snapshot, or receives a copy of one.",
    wrong: "Credentials of that account, which this stack's rules do not cover, could read or overwrite the backups, or take away their key.",
    fix: "remove the account; give an identity of this stack its permission in IAM. For CloudFront name the service, and the distribution in aws:SourceArn.",
    answers: ["CKV_AWS_302", "S3.6 (AWS Security Hub)"],
    *check(resources) {
      const isOwn = ownership(resources);
      const judged = resources.filter(({ type }) => withDocument.includes(type) || type in named);
      yield* eachKnown(judged, function* (resource) {
        const strangers = guestsOf(resource).filter((way) => !way.some((names) => names.every(isOwn))).flat(2).filter((name) => !isOwn(name));
        for (const name of new Set(strangers)) yield { urn: resource.urn, found: `it lets in ${accountIn(name) ?? (name === "all" ? "everyone" : "somebody of no account that the stack is in")}` };
      });
    },
  },
];
