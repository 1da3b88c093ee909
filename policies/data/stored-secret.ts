import { secretsIn } from "../machines/secrets";
import type { Rule } from "../rule";

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
    .flatMap(({ envs, git }) => [git?.repoCloneUrl, ...(envs ?? []).map(({ key, value, type }: any) => (type === "SECRET" ? undefined : named(key, value)))]),
};

export const storedSecret: Rule = {
  name: "stored-secret",
  types: Object.keys(readable),
  chapter: "Data",
  severity: "high",
  demands: "No parameter, object or app's environment stores a secret in plain text.",
  wrong: "Read access to the account's settings, or to the bucket, is enough to read the secret.",
  fix: "make the parameter a SecureString, or the variable of type SECRET; keep it out of objects. If the secret was real, replace it.",
  answers: [],
  *check(inputs, { type, settings }) {
    for (const text of readable[type](inputs)) {
      if (typeof text === "string") yield* secretsIn(text, settings.secrets).map((kind) => `${kind} is in its text`);
    }
  },
};
