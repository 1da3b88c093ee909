import type { SecretArgs } from "@pulumi/aws/secretsmanager";
import { ruleFor } from "../rule";
import { isOwnKey } from "./own-account";

export const secretKept = ruleFor<SecretArgs>("aws:secretsmanager/secret:Secret", {
  name: "secret-kept",
  chapter: "Data",
  severity: "medium",
  demands: "A secret in Secrets Manager is encrypted with a KMS key of this stack, and its deletion can be cancelled for a week.",
  wrong: "With AWS's own key, permission to read secrets is enough to read this one: there is no second check, and no log of the key's use. Without a waiting time, a mistaken deletion is final.",
  fix: "set kmsKeyId to a key of this stack, and recoveryWindowInDays to 7 or more, or remove it.",
  answers: ["CKV_AWS_149", "AWS-0098"],
  *check({ kmsKeyId, recoveryWindowInDays }, { settings }) {
    if (!isOwnKey(kmsKeyId)) yield "it is encrypted with a key that is not of this stack";
    if ((recoveryWindowInDays ?? 30) < 7 && !settings.throwaway) yield "it is deleted within a week";
  },
});
