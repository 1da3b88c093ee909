import type { SecretArgs } from "@pulumi/aws/secretsmanager";
import { ruleFor } from "../rule";
import { isOwnKey } from "./own-account";

export const secretKept = ruleFor<SecretArgs>("aws:secretsmanager/secret:Secret", {
  name: "secret-kept",
  chapter: "Data",
  severity: "medium",
  demands: "A secret in Secrets Manager is encrypted under a KMS key of ours, and can be rescued for a week after a deletion.",
  wrong: "Under AWS's own key, whoever may read secrets may read this one: there is no second lock, and no log of its use. Deleted at once, it is gone with a slip.",
  mend: "set kmsKeyId to a key of ours, and recoveryWindowInDays to 7 or more, or leave it out.",
  answers: ["CKV_AWS_149", "AWS-0098"],
  *check({ kmsKeyId, recoveryWindowInDays }, { settings }) {
    if (!isOwnKey(kmsKeyId)) yield "it is encrypted under a key that is not ours";
    if ((recoveryWindowInDays ?? 30) < 7 && !settings.throwaway) yield "it is deleted within a week";
  },
});
