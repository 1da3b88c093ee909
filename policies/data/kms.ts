import type { Rule } from "../rule";

const key = "aws:kms/key:Key";

export const kms: Rule = {
  name: "kms-rotates",
  types: [key, "aws:kms/externalKey:ExternalKey", "aws:kms/replicaKey:ReplicaKey", "aws:kms/replicaExternalKey:ReplicaExternalKey", "aws:kms/keyPolicy:KeyPolicy"],
  chapter: "Data",
  severity: "high",
  demands: "KMS keys are enabled and rotate each year, their policy can be changed, and a deletion can be cancelled for a week.",
  wrong: "A leaked key decrypts everything ever written; what was encrypted with a disabled, deleted or inaccessible key is lost.",
  fix: "set enableKeyRotation: true; remove isEnabled (enabled), rotationPeriodInDays and bypassPolicyLockoutSafetyCheck; set deletionWindowInDays to 7 or more.",
  answers: ["CKV_AWS_7", "CKV_AWS_227", "AWS-0065", "kms-cmk-rotation-disabled", "CIS 3.6"],
  *check({ customerMasterKeySpec, enableKeyRotation, rotationPeriodInDays, isEnabled, enabled, deletionWindowInDays, bypassPolicyLockoutSafetyCheck }, { type }) {
    const symmetric = type === key && (customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") === "SYMMETRIC_DEFAULT"; // AWS rotates no other
    if (symmetric && !enableKeyRotation) yield "enableKeyRotation is off";
    if ((rotationPeriodInDays ?? 365) > 365) yield "it rotates less than once a year";
    if (isEnabled === false || enabled === false) yield "it is disabled";
    if ((deletionWindowInDays ?? 30) < 7) yield "it is deleted within a week";
    if (bypassPolicyLockoutSafetyCheck) yield "bypassPolicyLockoutSafetyCheck is on: AWS accepts a policy that nobody can change";
  },
};
