import type { KeyArgs } from "@pulumi/aws/kms";
import { ruleFor, type Rule } from "../rule";

export const kms: Rule = ruleFor<KeyArgs>("aws:kms/key:Key", {
  name: "kms-rotates",
  chapter: "Data",
  severity: "high",
  demands: "KMS keys are enabled, rotate, and can be rescued for a week after a deletion.",
  wrong: "A key that leaked once opens everything ever written; a disabled or deleted one opens nothing again.",
  mend: "set enableKeyRotation: true; leave isEnabled out; deletionWindowInDays 7 or more.",
  answers: ["CKV_AWS_7", "CKV_AWS_227", "AWS-0065", "kms-cmk-rotation-disabled", "CIS 3.6"],
  *check({ customerMasterKeySpec, enableKeyRotation, isEnabled, deletionWindowInDays }) {
    const symmetric = (customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") === "SYMMETRIC_DEFAULT"; // AWS rotates no other
    if (symmetric && !enableKeyRotation) yield "enableKeyRotation is off";
    if (isEnabled === false) yield "it is disabled";
    if ((deletionWindowInDays ?? 30) < 7) yield "it is deleted within a week";
  },
});
