import { isKnownIn, secretsIn } from "../machines/secrets";
import { everyType, type Rule } from "../rule";
import { eachKnown } from "../unknown";

type Texts = (inputs: any) => (string | undefined)[];

/** `${db.PASSWORD}`: App Platform puts the value in its place. */
const isReference = (text: string): boolean => /^\$\{[\w.-]+\}$/.test(text);

/** A setting with its name, which may say that it is a secret. */
const named = (name: unknown, value: string | undefined): string | undefined => (value === undefined || isReference(value) ? undefined : `${String(name)}=${value}`);

const object: Texts = ({ content, contentBase64 }) => [content, contentBase64 && Buffer.from(contentBase64, "base64").toString()];

/** Parts of an app that have an environment. */
const parts = ["services", "workers", "jobs", "functions", "staticSites"];

const readable: Record<string, Texts> = {
  "aws:ssm/parameter:Parameter": ({ type, name, value, insecureValue }) => (type === "SecureString" ? [] : [named(name, value), named(name, insecureValue)]),
  "aws:s3/bucketObject:BucketObject": object,
  "aws:s3/bucketObjectv2:BucketObjectv2": object,
  "digitalocean:index/spacesBucketObject:SpacesBucketObject": object,
  "digitalocean:index/app:App": ({ spec }) => [spec ?? {}, ...parts.flatMap((part) => spec?.[part] ?? [])]
    .flatMap(({ envs, git, runCommand, buildCommand }) => [git?.repoCloneUrl, runCommand, buildCommand, ...(envs ?? []).map(({ key, value, type }: any) => (type === "SECRET" ? undefined : named(key, value)))]),
};

/** Inputs in which a secret belongs, since the cloud keeps them encrypted or has no other place for them. */
const belonging = new Set(["secretString", "secretBinary", "secretStringWo", "password", "passwordWo", "masterPassword", "masterPasswordWo", "privateKey", "notifications", "alerts"]);

/** The same further in; and user data, which have a rule of their own. */
const belongingWithin = new Set(["logDestinations", "userData", "userDataBase64"]);

/** Texts in an input in which no secret belongs. */
function* plainTexts(name: string, holder: any): Iterable<string> {
  if (belongingWithin.has(name) || (name === "value" && /^(SECRET|SecureString)$/.test(String(holder.type)))) return;
  const value: unknown = holder[name];
  if (typeof value === "string") yield value;
  if (typeof value === "object" && value !== null) for (const inner of Object.keys(value)) yield* plainTexts(inner, value);
}

function* faults(inputs: any, type: string): Iterable<string> {
  for (const text of readable[type]?.(inputs) ?? []) {
    if (typeof text === "string") yield* secretsIn(text, []).map((kind) => `${kind} is in its text`);
  }
  if (/^aws:s3\/bucketObject/.test(type) && typeof inputs.source === "object" && "text" in inputs.source) yield "its source is a text that no rule reads: use content";
}

export const storedSecret: Rule = {
  name: "stored-secret",
  // Those that it reads by themselves as well: judged here, they need no other rule.
  types: [everyType, ...Object.keys(readable)],
  chapter: "Data",
  severity: "high",
  demands: "No parameter, object or app's environment stores a secret in plain text, and no resource in the cloud has a secret of the configuration in its name, its tags or elsewhere.",
  wrong: "Read access to the account's settings, or to the bucket, is enough to read the secret; a DNS record anybody can read.",
  fix: "make the parameter a SecureString, or the variable of type SECRET; keep it out of objects, names, tags and records. If the secret was real, replace it.",
  answers: [],
  *check(inputs, { type, settings }) {
    if (!/^(aws|digitalocean):/.test(type)) return;
    const names = settings.secrets.length === 0 ? [] : Object.keys(inputs).filter((name) => !belonging.has(name));
    yield* eachKnown([undefined, ...names], function* (name) {
      if (name === undefined) yield* faults(inputs, type);
      else if ([...plainTexts(name, inputs)].some((text) => isKnownIn(text, settings.secrets))) yield `a secret of the stack's configuration is in its ${name}`;
    });
  },
};
